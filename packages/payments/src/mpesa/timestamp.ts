/** East Africa Time is UTC+3 all year. */
const EAT_OFFSET_MS = 3 * 60 * 60 * 1000

/** A moment as Daraja writes it: `yyyyMMddHHmmss` in East Africa Time. */
export function toTimestamp(moment: Date): string {
  return new Date(moment.getTime() + EAT_OFFSET_MS).toISOString().replace(/\D/g, '').slice(0, 14)
}

/** The moment of a Daraja timestamp (a number in callbacks); null if it is not one. */
export function fromTimestamp(timestamp: string | number): Date | null {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(String(timestamp))
  if (!match) return null
  const [, year, month, day, hour, minute, second] = match
  const moment = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}+03:00`)
  return Number.isNaN(moment.getTime()) ? null : moment
}
