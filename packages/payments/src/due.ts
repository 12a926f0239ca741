import type { PaymentRecord } from './payment.js'

/** When a worker has something to do for this payment; null: never. Stores keep it beside the record. */
export function dueAt(record: PaymentRecord): Date | null {
  const times = record.outbox.filter(({ state }) => state === 'pending').map(({ nextRunAt }) => nextRunAt)
  if (record.nextCheckAt) times.push(record.nextCheckAt)
  if (times.length === 0) return null
  return new Date(Math.min(...times.map((time) => time.getTime())))
}
