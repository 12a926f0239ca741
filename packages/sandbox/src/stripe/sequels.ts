import { cardEnding } from './cards.js'
import type { StripeContext } from './context.js'
import { closeDispute, openDispute } from './disputing.js'
import { cancelIntent } from './intents.js'
import { expireSession } from './paying.js'
import { settleRefund } from './refunding.js'
import { stripeLimits } from './settings.js'
import type { Table } from './state.js'
import { beginWork, type Work } from './work.js'

/** Creates what time alone does: `arm` is told of every record that was set, now or in an earlier run. */
export function createSequels(context: StripeContext, finish: (work: Work) => void) {
  const { clock, store } = context

  /** Runs `act` at its time. It looks again at what has become of things, and may find nothing to do. */
  function later(dueMs: number, act: (work: Work) => void): void {
    clock.at(dueMs, () => {
      const work = beginWork(context)
      act(work)
      finish(work)
      return store.saved()
    })
  }

  /** What is not captured in time is let go. */
  function authorization(id: string): void {
    const { paymentIntents, charges } = store.state.stripe
    const intent = paymentIntents[id]
    const charge = charges[intent?.latest_charge ?? '']
    if (intent?.status !== 'requires_capture' || !charge) return
    later(charge.created * 1000 + stripeLimits.authorizationMs, (work) => {
      const held = work.get('paymentIntents', id)
      if (held?.status === 'requires_capture') cancelIntent(work, held, 'automatic')
    })
  }

  function sessionExpiry(id: string): void {
    const { session } = store.state.stripe.sessions[id] ?? {}
    if (session?.status !== 'open') return
    later(session.expires_at * 1000, (work) => {
      const record = work.get('sessions', id)
      if (record?.session.status === 'open') expireSession(work, record)
    })
  }

  /** The card of disputes is disputed once it has paid. */
  function disputeOfCharge(id: string): void {
    const charge = store.state.stripe.charges[id]
    if (!charge?.captured || charge.disputed || afterwards(charge) !== 'dispute') return
    later(charge.created * 1000 + stripeLimits.sequelMs, (work) => {
      const current = work.get('charges', id)
      const left = current ? current.amount_captured - current.amount_refunded : 0
      if (current && !current.disputed && left > 0) openDispute(work, current)
    })
  }

  /** A refund that is to fail, or waits, is decided. */
  function refundOutcome(id: string): void {
    const refund = store.state.stripe.refunds[id]
    const charge = store.state.stripe.charges[refund?.charge ?? '']
    if (!refund || !charge || refund.status === 'failed') return
    const fate = afterwards(charge)
    const isOpen = fate === 'refundFails' || (fate === 'refundIsPending' && refund.status === 'pending')
    if (isOpen) later(refund.created * 1000 + stripeLimits.sequelMs, (work) => settleRefund(work, id, fate))
  }

  /** docs.stripe.com/testing: these words decide a dispute. */
  function decisionOfDispute(id: string): void {
    const dispute = store.state.stripe.disputes[id]
    const outcome = decisions[dispute?.evidence.uncategorized_text ?? '']
    if (dispute?.status !== 'under_review' || !outcome) return
    later(clock.now() + stripeLimits.sequelMs, (work) => {
      const current = work.get('disputes', id)
      if (current?.status === 'under_review') closeDispute(work, current, outcome)
    })
  }

  const sequels: Partial<Record<Table, (id: string) => void>> = {
    charges: disputeOfCharge,
    disputes: decisionOfDispute,
    paymentIntents: authorization,
    refunds: refundOutcome,
    sessions: sessionExpiry,
  }
  return {
    tables: Object.keys(sequels) as Table[],
    arm: (table: Table, id: string) => sequels[table]?.(id),
  }
}

const decisions: Record<string, 'lost' | 'won'> = { winning_evidence: 'won', losing_evidence: 'lost' }

/** What a test card has in store for a charge. */
function afterwards({
  payment_method_details: { card },
}: {
  payment_method_details: { card: { last4: string } }
}) {
  const outcome = cardEnding(card.last4)?.outcome
  return outcome?.kind === 'approved' ? outcome.afterwards : undefined
}
