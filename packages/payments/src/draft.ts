import type { Observation } from './observation.js'
import type {
  Attempt,
  EffectType,
  OutboxEntry,
  PaymentRecord,
  PaymentStatus,
  ReviewReason,
} from './payment.js'
import { TRANSITIONS } from './states.js'

/** What a transition obliges us to tell the application. `key` is unique and never changes. */
export type Effect = Pick<OutboxEntry, 'type' | 'key' | 'attemptId' | 'refundId' | 'disputeId'>

/** The payment being changed, the one fact, and what follows from it. */
export class Draft {
  readonly payment: PaymentRecord
  readonly fact: Observation
  readonly effects: Effect[] = []
  note: string | undefined

  constructor(payment: PaymentRecord, fact: Observation) {
    this.payment = payment
    this.fact = fact
    this.note = fact.note
  }

  /** Moves along the table; a move that is not in it is ignored. */
  move(to: PaymentStatus, effect?: EffectType, detail?: string): boolean {
    if (!TRANSITIONS[this.payment.status].includes(to)) return false
    this.payment.status = to
    delete this.payment.reviewReason
    if (effect) this.emit(effect, detail)
    return true
  }

  review(reason: ReviewReason): void {
    if (reason === 'mismatch' || reason === 'reference') this.payment.flags.mismatch = true
    const { attemptId } = this.fact
    if (this.move('review', 'review', `${reason}:${attemptId}`)) this.payment.reviewReason = reason
  }

  emit(type: EffectType, detail?: string): void {
    const { id, outbox } = this.payment
    const key = detail === undefined ? `${id}:${type}` : `${id}:${type}:${detail}`
    if (outbox.some((entry) => entry.key === key)) return
    this.effects.push({ type, key, attemptId: this.fact.attemptId })
  }

  /** True for the attempt that the payment's own status speaks of. */
  isCurrent(attempt: Attempt): boolean {
    return this.payment.attempts.at(-1) === attempt
  }

  differsFrom(payment: PaymentRecord): boolean {
    return JSON.stringify(this.payment) !== JSON.stringify(payment)
  }
}
