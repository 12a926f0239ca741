import { useSession } from '../session'
import type { User } from '../types'
import { AuthForm } from './auth-form'
import { Heading } from './heading'
import { PageSkeleton } from './skeleton'

/** What only a signed-in customer sees. Anybody else signs in right here, and stays on the page. */
export function Private({ children }: { children: (user: User) => React.ReactNode }) {
  const { status, user } = useSession()
  if (status === 'loading') return <PageSkeleton />
  if (user) return children(user)
  return (
    <div className="page narrow form-page">
      <AuthForm first="sign-in" heading={(text) => <Heading>{text}</Heading>} />
    </div>
  )
}
