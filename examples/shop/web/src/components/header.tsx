import { Link, useLocation } from 'wouter'
import { countItems, useCart } from '../cart'
import { useI18n } from '../i18n'
import { useSession } from '../session'
import { LanguageToggle } from './language-toggle'

export function Header() {
  const { t } = useI18n()
  const { status, user } = useSession()
  const count = countItems(useCart())

  return (
    <header className="header">
      <Link href="/" className="wordmark">
        Soko
      </Link>
      <nav aria-label={t.mainMenu} className="menu">
        <NavLink href="/orders" className="menu-orders">
          {t.orders}
        </NavLink>
        {user?.roles.includes('admin') && <NavLink href="/admin">{t.admin}</NavLink>}
        {status === 'loading' ? (
          <span className="menu-hold" aria-hidden="true" />
        ) : (
          <NavLink href="/account">{user ? t.account : t.signIn}</NavLink>
        )}
        <NavLink href="/cart">
          {t.cart}
          {count > 0 && (
            // The key plays the small bump anew for each change.
            <span key={count} className="count">
              <span aria-hidden="true">{count}</span>
              <span className="hidden">, {t.cartCount(count)}</span>
            </span>
          )}
        </NavLink>
      </nav>
      <LanguageToggle />
    </header>
  )
}

function NavLink({
  href,
  className = '',
  children,
}: {
  href: string
  className?: string
  children: React.ReactNode
}) {
  const [path] = useLocation()
  return (
    <Link href={href} className={`menu-link ${className}`} aria-current={path === href ? 'page' : undefined}>
      {children}
    </Link>
  )
}
