import { authorized } from '../session'
import type { AdminOrder, Review as ReviewOf } from '../types'
import { Review, type Found } from './review'
import { texts } from './texts'

const t = texts.review

interface OrderReviewProps {
  order: AdminOrder
  review: ReviewOf
  done: (order: AdminOrder) => void
}

/** A payment of an order, or a refund of it, of which nobody knows what became. */
export function OrderReview({ order, review, done }: OrderReviewProps) {
  const { paymentId, refundId, method } = review
  const way = order.refunds.find(({ id }) => id === refundId)?.method

  async function settle(found: Found) {
    const body = { paymentId, ...found }
    done((await authorized<{ order: AdminOrder }>(`/admin/orders/${order.id}/reviews`, { body })).order)
  }

  return (
    <Review
      review={review}
      known={[
        [t.account, method === 'mpesa' && order.number],
        [t.phone, order.payment?.id === paymentId && order.payment.phone],
        [t.way, way && texts.refundMethod[way]],
      ]}
      {...(order.paidWith && !refundId && { then: t.payment.thenBesides })}
      settle={settle}
    />
  )
}
