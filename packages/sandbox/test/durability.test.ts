import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Callback, LedgerEntry, StkTransaction } from '../src/index.js'
import { directoryFor, startCli } from './process.js'
import { clientOf, gate, john, merchantServer, sandboxFor } from './support.js'

/** A sandbox in a process of its own, on `dir`, with a clock that stands still. */
async function startIn(dir: string, ...args: string[]) {
  const tool = await startCli('daraja', '--port', '0', '--dir', dir, '--time-scale', '0', ...args)
  const client = clientOf(tool)
  const list = async <T>(path: string) => (await client.control('GET', path)).json as T
  return {
    ...tool,
    client,
    pin: (msisdn = john, pin = '1234') => client.control('POST', `/phones/${msisdn}/pin`, { pin }),
    advance: (ms: number) => client.control('POST', '/clock/advance', { ms }),
    prompt: async (msisdn = john) => (await client.control('GET', `/phones/${msisdn}`)).json.prompt,
    transactions: () => list<StkTransaction[]>('/transactions'),
    callbacks: () => list<Callback[]>('/callbacks'),
    ledger: () => list<{ entries: LedgerEntry[]; balances: Record<string, number> }>('/ledger'),
  }
}

it('killed after a push was acknowledged: the prompt still stands, and can be paid', async () => {
  const [dir, shop] = [directoryFor(), await merchantServer()]
  const before = await startIn(dir)
  const { json } = await before.client.push({ CallBackURL: shop.url })
  const prompt = await before.prompt()
  await before.kill()

  const after = await startIn(dir)
  expect(await after.prompt()).toEqual(prompt)
  expect(prompt).toMatchObject({ checkoutRequestId: json.CheckoutRequestID })
  expect((await after.pin()).status).toBe(200)
  await after.advance(2000)
  expect(shop.received[0]?.body.Body.stkCallback).toMatchObject({
    ResultCode: 0,
    CheckoutRequestID: json.CheckoutRequestID,
  })
})

it('killed after a PIN was acknowledged: paid once, and the callback still comes', async () => {
  const [dir, shop] = [directoryFor(), await merchantServer()]
  const before = await startIn(dir)
  await before.client.push({ CallBackURL: shop.url })
  await before.pin()
  const [transactions, ledger] = [await before.transactions(), await before.ledger()]
  await before.kill()

  const after = await startIn(dir)
  expect(await after.transactions()).toEqual(transactions)
  expect(await after.ledger()).toEqual(ledger)
  expect(shop.received).toHaveLength(0)
  await after.advance(2000)
  expect(shop.received).toHaveLength(1)
  expect(shop.received[0]?.text).toContain(transactions[0]?.result?.receipt)
})

it('killed while the application took the callback: it is sent again', async () => {
  const dir = directoryFor()
  let arrivals = 0
  const arrived = gate()
  const shop = createServer((_req, res) => {
    arrivals++
    if (arrivals === 1) return arrived.open()
    res.end()
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    shop.closeAllConnections()
    shop.close()
  })
  const before = await startIn(dir)
  await before.client.push({ CallBackURL: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/` })
  await before.pin()
  const advanced = before.advance(2000).catch(() => {})
  await arrived.opened
  await before.kill()
  await advanced

  const after = await startIn(dir)
  await after.advance(2000)
  expect(arrivals).toBe(2)
  expect(await after.callbacks()).toMatchObject([{ state: 'delivered', attempts: [{ status: 200 }] }])
})

it('killed after a callback was answered: it is not sent again', async () => {
  const [dir, shop] = [directoryFor(), await merchantServer()]
  const before = await startIn(dir)
  await before.client.push({ CallBackURL: shop.url })
  await before.pin()
  await before.advance(2000)
  await before.kill()

  const after = await startIn(dir)
  await after.advance(600_000)
  expect(shop.received).toHaveLength(1)
})

it('a deadline goes on while no sandbox runs', async () => {
  const [dir, shop] = [directoryFor(), await merchantServer()]
  const before = await startIn(dir, '--time-scale', '100')
  await before.client.push({ CallBackURL: shop.url })
  const [open] = await before.transactions()
  await before.kill()

  const after = await startIn(dir, '--time-scale', '100')
  await shop.count(1)
  const [ended] = await after.transactions()
  expect(ended?.endsAtMs).toBe(open?.endsAtMs)
  expect(ended?.result?.code).toBe(1037)
  expect(ended?.result?.atMs).toBeGreaterThanOrEqual(open?.endsAtMs ?? Infinity)
})

it('a token outlives the process', async () => {
  const dir = directoryFor()
  const before = await startIn(dir)
  await before.client.authorize()
  await before.kill()
  const after = await startIn(dir)
  after.client.useToken(before.client.token)
  expect((await after.client.push()).status).toBe(200)
})

it('with a seed, no id comes again after a restart', async () => {
  const dir = directoryFor()
  const ids = new Set<unknown>()
  for (let start = 0; start < 3; start++) {
    const tool = await startIn(dir, '--seed', 'same')
    const { json } = await tool.client.push()
    await tool.pin()
    ids.add(json.CheckoutRequestID).add(json.MerchantRequestID).add(tool.client.token)
    await tool.advance(130_000)
    await tool.kill()
  }
  expect(ids.size).toBe(9)
})

it.each([3, 17, 60, 140])(
  'killed in the middle of work, after %d answers: everything acknowledged is there',
  async (answers) => {
    const dir = directoryFor()
    const before = await startIn(dir)
    await before.client.authorize()
    const acknowledged = { pushed: new Set<string>(), paid: new Set<string>() }
    const enough = gate()
    const count = () => acknowledged.pushed.size + acknowledged.paid.size >= answers && enough.open()

    async function customer(index: number): Promise<void> {
      const phone = `2547110001${String(index).padStart(2, '0')}`
      for (let amount = 1; ; amount++) {
        const { json } = await before.client.push({ PhoneNumber: phone, PartyA: phone, Amount: amount })
        acknowledged.pushed.add(String(json.CheckoutRequestID))
        count()
        await before.pin(phone)
        acknowledged.paid.add(String(json.CheckoutRequestID))
        count()
      }
    }
    const customers = Array.from({ length: 12 }, (_, index) => customer(index).catch(() => {}))
    await enough.opened
    await before.kill()
    await Promise.all(customers)

    const after = await startIn(dir)
    const transactions = await after.transactions()
    const paid = transactions.filter(({ result }) => result?.code === 0)
    const idsOf = (list: StkTransaction[]) => new Set(list.map(({ checkoutRequestId }) => checkoutRequestId))
    expect([...acknowledged.pushed].filter((id) => !idsOf(transactions).has(id))).toEqual([])
    expect([...acknowledged.paid].filter((id) => !idsOf(paid).has(id))).toEqual([])

    const { entries, balances } = await after.ledger()
    const references = entries.map(({ reference }) => reference)
    for (const { result } of paid)
      expect(references.filter((each) => each === result?.receipt)).toHaveLength(1)
    expect(Object.values(balances).reduce((sum, cents) => sum + cents, 0)).toBe(0)
    expect(balances['merchant:174379'] ?? 0).toBe(paid.reduce((sum, { amount }) => sum + amount * 100, 0))
    expect((await after.callbacks()).map(({ checkoutRequestId }) => checkoutRequestId).sort()).toEqual(
      [...idsOf(paid)].sort(),
    )
  },
)

it('a record that was cut short is dropped, and what is before it stays', async () => {
  const dir = directoryFor()
  const before = await startIn(dir)
  await before.client.push()
  await before.kill()
  appendFileSync(join(dir, 'daraja.journal'), '0123abcd {"changes":[{"type":"tok')

  const after = await startIn(dir)
  expect(await after.prompt()).not.toBeNull()
  await after.kill()
  appendFileSync(join(dir, 'daraja.journal'), '0123abcd {"changes":[{"type":"tok\n')
  expect(await (await startIn(dir)).prompt()).not.toBeNull()
})

it('a journal that is damaged elsewhere is refused, by line', async () => {
  const dir = directoryFor()
  const tool = await startIn(dir)
  await tool.client.push()
  await tool.kill()
  const path = join(dir, 'daraja.journal')
  writeFileSync(path, readFileSync(path, 'utf8').replace('"timeScale":0', '"timeScale":9'))
  await expect(sandboxFor({ dir })).rejects.toMatchObject({
    code: 'SANDBOX_JOURNAL_DAMAGED',
    message: expect.stringMatching(/daraja\.journal is damaged at line \d+/),
  })
})

it('the journal is made short again at every start', async () => {
  const dir = directoryFor()
  const size = () => readFileSync(join(dir, 'daraja.journal'), 'utf8').split('\n').length
  const tool = await startIn(dir)
  for (let round = 0; round < 10; round++) {
    await tool.client.authorize()
  }
  await tool.kill()
  expect(size()).toBeGreaterThan(10)
  await startIn(dir)
  expect(size()).toBeLessThan(5)
})
