import type { OrderStatus } from '../types'

const signs: Record<OrderStatus, React.ReactNode> = {
  awaiting_payment: <Phone />,
  paying: (
    <>
      <circle className="ripple" cx="48" cy="48" r="30" />
      <circle className="ripple late" cx="48" cy="48" r="30" />
      <Phone>
        <circle className="dot" cx="40" cy="49" r="2.6" />
        <circle className="dot" cx="45.3" cy="49" r="2.6" />
        <circle className="dot" cx="50.7" cy="49" r="2.6" />
        <circle className="dot" cx="56" cy="49" r="2.6" />
      </Phone>
    </>
  ),
  paid: (
    <>
      <circle className="disc" cx="48" cy="48" r="30" />
      <path className="stroke draw" d="M34 49.5 44 59 63 38" pathLength="1" />
    </>
  ),
  payment_failed: (
    <>
      <circle className="disc" cx="48" cy="48" r="30" />
      <path className="stroke" d="M48 33v18" />
      <circle className="point" cx="48" cy="60" r="2.8" />
    </>
  ),
  refunded: (
    <>
      <circle className="disc" cx="48" cy="48" r="30" />
      <path className="stroke" d="M62 50H36m9-10-10 10 10 10" />
    </>
  ),
  review: (
    <>
      <circle className="disc" cx="48" cy="48" r="30" />
      <path className="stroke" d="M48 33v16l10 7" />
    </>
  ),
}

/** A drawing for each state; the words beside it say the same. */
export function StatusSign({ status }: { status: OrderStatus }) {
  return (
    <svg key={status} className="sign" viewBox="0 0 96 96" width="96" height="96" aria-hidden="true">
      {signs[status]}
    </svg>
  )
}

function Phone({ children }: { children?: React.ReactNode }) {
  return (
    <>
      <rect className="phone" x="32" y="20" width="32" height="56" rx="7" />
      <path className="stroke thin" d="M44 27h8" />
      {children}
    </>
  )
}
