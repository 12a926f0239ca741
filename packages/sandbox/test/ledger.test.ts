import fc from 'fast-check'
import { expect, it } from 'vitest'
import { startSandbox } from '../src/index.js'
import { clientOf } from './support.js'

const numbers = ['254708374149', '254722000002', '254712345678']

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('push' as const),
      amount: fc.oneof(
        fc.integer({ min: 1, max: 260_000 }),
        fc.constantFrom(50, 51, 55, 10_000, 10_001, 11_000),
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('pin' as const), pin: fc.constantFrom('1234', '1234', '9999') }),
  },
  fc.record({
    do: fc.constantFrom('cancel' as const, 'turnOff' as const, 'turnOn' as const, 'unlock' as const),
  }),
  fc.record({ do: fc.constant('force' as const), code: fc.constantFrom(0, 1, 1032) }),
  fc.record({ do: fc.constant('deposit' as const), cents: fc.integer({ min: 1, max: 100_000_00 }) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 130_000 }) }),
)
const life = fc.array(fc.tuple(fc.constantFrom(...numbers), step), { maxLength: 40 })

it('whatever happens, no cent is made or lost, nobody owes, and the merchant has what was paid', async () => {
  await fc.assert(
    fc.asyncProperty(life, async (steps) => {
      await using sandbox = await startSandbox({ timeScale: 0 })
      const { daraja, clock } = sandbox
      const client = clientOf(sandbox)
      for (const [number, what] of steps) {
        const phone = daraja.phone(number)
        if (what.do === 'push') {
          await client.push({ PhoneNumber: number, Amount: what.amount, CallBackURL: 'http://127.0.0.1:1/' })
        }
        if (what.do === 'pin') await phone.enterPin(what.pin).catch(onlyNoPrompt)
        if (what.do === 'cancel') await phone.cancel().catch(onlyNoPrompt)
        if (what.do === 'turnOff' || what.do === 'turnOn' || what.do === 'unlock') await phone[what.do]()
        if (what.do === 'force') daraja.faults.order({ fault: 'forceResult', resultCode: what.code })
        if (what.do === 'deposit') await phone.deposit(what.cents)
        if (what.do === 'wait') await clock.advance(what.ms)

        const balances = daraja.balances()
        expect(sum(Object.values(balances))).toBe(0)
        const debtors = Object.entries(balances).filter(
          ([account, cents]) => account !== 'opening' && cents < 0,
        )
        expect(debtors).toEqual([])
      }
      const lines = daraja.ledger().flatMap((entry) => {
        expect(sum(entry.lines.map(({ cents }) => cents))).toBe(0)
        return entry.lines
      })
      for (const [account, cents] of Object.entries(daraja.balances())) {
        expect(sum(lines.filter((line) => line.account === account).map(({ cents }) => cents))).toBe(cents)
      }
      const paid = daraja.transactions().filter(({ result }) => result?.code === 0)
      expect(daraja.balances()['merchant:174379'] ?? 0).toBe(sum(paid.map(({ amount }) => amount * 100)))
      expect(new Set(paid.map(({ result }) => result?.receipt)).size).toBe(paid.length)
    }),
    { numRuns: 60 },
  )
})

function onlyNoPrompt(error: unknown): void {
  expect(error).toMatchObject({ code: 'SANDBOX_NO_PROMPT' })
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
