import { accountOf, transfer } from './ledger.js'
import type { Change, State, Subscriber } from './state.js'

/** Everyone's PIN. */
export const defaultPin = '1234'

/** Those who are there from the start. 254708374149 is the number of Safaricom's own sandbox. */
const residents: Record<string, { name: string; openingCents: number }> = {
  '254708374149': { name: 'John Doe', openingCents: 250_000_00 },
  '254711000001': { name: 'Amina Wanjiru', openingCents: 12_500_00 },
  '254722000002': { name: 'Brian Otieno', openingCents: 50_00 },
  '254110000003': { name: 'Zawadi Mutua', openingCents: 48_200_50 },
}

/** What anybody else has to begin with. */
const newcomer = { name: 'Sandbox Subscriber', openingCents: 10_000_00 }

/** The subscriber with this number. Anyone with a valid number is one, seen before or not. */
export function subscriberOf(state: State, msisdn: string): Subscriber {
  const { name } = residents[msisdn] ?? newcomer
  return (
    state.subscribers[msisdn] ?? { msisdn, name, pin: defaultPin, wrongPins: 0, isOn: true, messages: [] }
  )
}

/** What a number has before it was ever used, in cents. */
export function openingCents(msisdn: string): number {
  return (residents[msisdn] ?? newcomer).openingCents
}

/** The changes that give a number its account; none if it has one. */
export function enrol(state: State, msisdn: string, atMs: number): Change[] {
  if (state.subscribers[msisdn]) return []
  const entry = transfer({
    atMs,
    from: accountOf.opening,
    to: accountOf.subscriber(msisdn),
    cents: openingCents(msisdn),
    reference: 'OPENING',
    text: `Opening balance of ${msisdn}`,
  })
  return [
    { type: 'enrolled', subscriber: subscriberOf(state, msisdn) },
    { type: 'posted', entry },
  ]
}

/** The changes that put everyone there who is there from the start. */
export function enrolResidents(state: State, atMs: number): Change[] {
  return Object.keys(residents).flatMap((msisdn) => enrol(state, msisdn, atMs))
}
