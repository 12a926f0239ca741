import { useState } from 'react'
import { Link } from 'wouter'
import type { ApiError } from '../api'
import { Devices } from '../components/devices'
import { Heading } from '../components/heading'
import { Private } from '../components/private'
import { useI18n } from '../i18n'
import { signOut, signOutEverywhere } from '../session'

export function AccountPage() {
  const { t, problem } = useI18n()
  const [error, setError] = useState<ApiError>()
  return (
    <Private>
      {(user) => (
        <div className="page narrow form-page">
          <Heading title={t.account}>{t.hello(user.name)}</Heading>
          <p className="muted">{user.email}</p>
          <div className="actions">
            <Link href="/orders" className="button">
              {t.yourOrders}
            </Link>
            <button type="button" className="button quiet" onClick={() => void signOut().catch(setError)}>
              {t.signOut}
            </button>
          </div>
          {error && (
            <p className="problem" role="alert">
              {problem(error)}
            </p>
          )}
          <Devices />
          <button
            type="button"
            className="button quiet wide"
            onClick={() => void signOutEverywhere().catch(setError)}
          >
            {t.signOutEverywhere}
          </button>
        </div>
      )}
    </Private>
  )
}
