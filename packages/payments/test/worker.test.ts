import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  createPayments,
  fromMinor,
  memoryInbox,
  memoryPaymentStore,
  type EffectHandlers,
  type Provider,
  type ReadResult,
} from '../src/index.js'
import { backoffMs } from '../src/backoff.js'
import { createReader } from '../src/reader.js'
import { serverClock } from '../src/mongo/server-clock.js'
import { QUICK } from './shop.js'

/** A provider without a network: what it takes is paid, and its callbacks are `{ "ref": "..." }`. */
function instantProvider(changes: Partial<Provider> = {}): Provider {
  return {
    timing: { ...QUICK, checkDelaysMs: [60_000] },
    prepare: ({ payer }) => ({ payer }),
    start: async ({ paymentId }) => ({
      outcome: 'accepted',
      status: 'pending',
      providerRef: `ref_${paymentId}`,
    }),
    read: async () => ({ status: 'succeeded' }),
    callbacks: {
      path: '/instant/:paymentId',
      reply: {},
      authenticate: () => ({ ok: false, status: 404, reason: '' }),
      parse: (raw) => ({
        evidence: 'callback',
        status: 'succeeded',
        providerRef: Buffer.from(raw).toString(),
      }),
    },
    ...changes,
  }
}

let close: () => Promise<void> = async () => {}
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await close()
})

/** As long as a busy machine may need. */
const until = (check: () => boolean) => vi.waitUntil(check, { timeout: 100_000, interval: 5 })

function setUp(on: EffectHandlers, { provider = instantProvider(), clock = Date.now } = {}) {
  const [store, inbox] = [memoryPaymentStore({ clock }), memoryInbox({ clock })]
  const dead: string[] = []
  const payments = createPayments({
    store,
    inbox,
    providers: { instant: provider },
    retry: { baseMs: 2, capMs: 10, maxAttempts: 4 },
    on: { ...on, dead: ({ id }) => void dead.push(id) },
  })
  close = () => payments.close({ graceMs: 100 })
  let keys = 0
  /** A payment whose callback says "paid". */
  async function toBePaid() {
    const { id } = await payments.create({
      reference: 'R',
      amount: fromMinor(100, 'KES'),
      provider: 'instant',
      payer: { phone: '1' },
      description: 'D',
      idempotencyKey: `key-${keys++}`,
    })
    await payments.start(id)
    await arrive(id)
    return id
  }
  const arrive = (paymentId: string, event = 'first') =>
    inbox.insert({
      id: `${paymentId}:${event}`,
      provider: 'instant',
      paymentId,
      attemptId: '1',
      raw: Buffer.from(`ref_${paymentId}`),
      verifiedBy: 'test',
    })
  return { payments, store, inbox, dead, toBePaid, arrive }
}

describe('mode 9: a handler that throws', () => {
  test('runs again until it does not, always under the same key, and delays nobody else', async () => {
    const runs: Record<string, string[]> = {}
    const { payments, toBePaid, dead } = setUp({
      paid({ id }, { key, attempt }) {
        ;(runs[id] ??= []).push(`${key}#${attempt}`)
        if (id === broken && attempt < 3) throw new Error('the mail server is down')
      },
    })
    const broken = await toBePaid()
    const sound = await toBePaid()
    const worker = payments.worker({ pollMs: 2 })
    await until(() => runs[broken]?.length === 3)
    await worker.drained()
    expect(runs[broken]).toEqual([1, 2, 3].map((attempt) => `${broken}:paid#${attempt}`))
    expect(runs[sound]).toEqual([`${sound}:paid#1`])
    expect(dead).toEqual([])
  })

  test('is dead after its attempts, is told to on.dead, and runs again when replayed', async () => {
    let isBroken = true
    const attempts: number[] = []
    const { payments, toBePaid, dead } = setUp({
      paid(_, { attempt }) {
        attempts.push(attempt)
        if (isBroken) throw new Error('no such table')
      },
    })
    const id = await toBePaid()
    const worker = payments.worker({ pollMs: 2 })
    await until(() => dead.length > 0)
    await worker.drained()
    expect(attempts).toEqual([1, 2, 3, 4])
    const [letter] = await payments.deadLetters.list()
    expect(letter).toEqual({
      kind: 'effect',
      id: `${id}:paid`,
      paymentId: id,
      error: 'no such table',
      attempts: 4,
      diedAt: expect.any(Date),
    })
    expect((await payments.get(id))?.status).toBe('succeeded')

    isBroken = false
    await payments.deadLetters.replay(letter!.id)
    await expect(payments.deadLetters.replay(letter!.id)).rejects.toMatchObject({ code: 'PAYMENTS_NOT_DEAD' })
    await worker.drained()
    expect(attempts).toEqual([1, 2, 3, 4, 1])
    expect(await payments.deadLetters.list()).toEqual([])
  })

  test('is dead at once if its error says that it is not retryable', async () => {
    let runs = 0
    const { payments, toBePaid, dead } = setUp({
      paid() {
        runs++
        throw Object.assign(new Error('refused'), { retryable: false })
      },
    })
    await toBePaid()
    const worker = payments.worker({ pollMs: 2 })
    await worker.drained()
    expect(dead).toHaveLength(1)
    expect(runs).toBe(1)
  })

  test('is not run again before its wait is over, and neither is a callback', async () => {
    let [now, reads, runs] = [Date.now(), 0, 0]
    vi.spyOn(Math, 'random').mockReturnValue(0.9)
    const provider = instantProvider({
      async read() {
        if (++reads === 1) throw new Error('no answer')
        return { status: 'succeeded' }
      },
    })
    const on: EffectHandlers = {
      paid() {
        if (++runs === 1) throw new Error('the mail server is down')
      },
    }
    const { payments, toBePaid } = setUp(on, { provider, clock: () => now })
    await toBePaid()
    const worker = payments.worker({ pollMs: 2 })
    for (const done of [
      [1, 0],
      [2, 1],
      [2, 2],
    ]) {
      await worker.drained()
      expect([reads, runs]).toEqual(done)
      now += 10
    }
  })

  test('waits with full jitter: from nothing to an exponential bound with a cap', () => {
    const policy = { baseMs: 2_000, capMs: 3_600_000, maxAttempts: 20 }
    const bounds = Array.from({ length: 20 }, (_, index) => backoffMs(index + 1, policy, () => 1))
    expect(bounds.slice(0, 3)).toEqual([2_000, 4_000, 8_000])
    expect(bounds.at(-1)).toBe(3_600_000)
    expect(backoffMs(5, policy, () => 0)).toBe(0)
    const hours = bounds.reduce((sum, ms) => sum + ms, 0) / 3_600_000
    expect(hours).toBeGreaterThan(9)
    expect(hours).toBeLessThan(11)
  })
})

describe('mode 11: a handler that outlives its lease', () => {
  test('keeps it by its heartbeat', async () => {
    let runs = 0
    const { payments, toBePaid } = setUp({
      async paid(_, { signal }) {
        runs++
        await new Promise((resolve) => setTimeout(resolve, 1_500))
        expect(signal.aborted).toBe(false)
      },
    })
    await toBePaid()
    const [first, second] = [
      payments.worker({ pollMs: 2, leaseMs: 900 }),
      payments.worker({ pollMs: 2, leaseMs: 900 }),
    ]
    await until(() => runs > 0)
    await Promise.all([first.drained(), second.drained()])
    expect(runs).toBe(1)
  })

  test('without a heartbeat another worker takes over by its token, and the first one cannot finish', async () => {
    const signals: AbortSignal[] = []
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const { payments, store, toBePaid } = setUp({
      async paid(_, { signal }) {
        signals.push(signal)
        if (signals.length === 1) await held
      },
    })
    const id = await toBePaid()
    const { extend } = store
    let isPaused = true
    store.extend = async (lease, leaseMs) => (isPaused && lease.token <= 2 ? true : extend(lease, leaseMs))
    payments.worker({ pollMs: 2, leaseMs: 40 })
    await until(() => signals.length === 1)
    const winner = payments.worker({ pollMs: 2, leaseMs: 40 })
    await until(() => signals.length === 2)
    await winner.drained()
    const done = await store.get(id)
    expect(done?.outbox).toMatchObject([{ key: `${id}:paid`, state: 'done' }])
    isPaused = false
    await until(() => signals[0]!.aborted)
    release()
    await close()
    expect((await store.get(id))?.version).toBe(done?.version)
  })
})

describe('mode 12: a wrong clock on the machine', () => {
  test('changes nothing: time is the store’s own', async () => {
    const real = Date.now
    const paid: string[] = []
    const provider = instantProvider({ timing: { ...QUICK, checkDelaysMs: [20] } })
    const on: EffectHandlers = { paid: ({ id }) => void paid.push(id) }
    const { payments, inbox, toBePaid } = setUp(on, { provider, clock: real })
    const worker = payments.worker({ pollMs: 2 })
    const { insert } = inbox
    for (const skewMs of [600_000, -600_000]) {
      vi.useFakeTimers({ toFake: ['Date'], now: real() + skewMs })
      inbox.insert = insert
      const called = await toBePaid()
      inbox.insert = async () => 'duplicate'
      const forgotten = await toBePaid()
      await until(() => paid.includes(called) && paid.includes(forgotten))
    }
    await worker.drained()
    expect(paid).toHaveLength(4)
  })

  test('the server’s time is learnt from its answers and followed by the monotonic clock', async () => {
    let ticks = 1_000
    let serverMs = Date.parse('2030-01-01T00:00:00Z')
    let asked = 0
    const collection = {
      async findOneAndUpdate() {
        asked++
        ticks += 20
        return { at: new Date(serverMs + 10) }
      },
    }
    const clock = serverClock(collection as never, () => ticks)
    expect((await clock.now()).getTime()).toBe(serverMs + 20)
    ticks += 500
    expect((await clock.now()).getTime()).toBe(serverMs + 520)
    expect(asked).toBe(1)
    serverMs += 61_000
    ticks += 61_000
    await Promise.all([clock.now(), clock.now()])
    expect(asked).toBe(2)
  })
})

describe('mode 24: a backlog', () => {
  test.each([1, 3])(
    'of one payment does not keep the others waiting, and no more than %i are worked on at once',
    async (concurrency) => {
      const order: string[] = []
      let [atOnce, most] = [0, 0]
      const provider = instantProvider({
        async read({ providerRef }) {
          most = Math.max(most, ++atOnce)
          await new Promise((resolve) => setImmediate(resolve))
          atOnce--
          order.push(providerRef)
          return { status: 'processing' }
        },
      })
      const { payments, inbox, arrive, toBePaid } = setUp({ paid() {} }, { provider })
      const busy = await toBePaid()
      for (let count = 0; count < 300; count++) await arrive(busy, `copy-${count}`)
      const others = await Promise.all(Array.from({ length: 20 }, toBePaid))
      const worker = payments.worker({ pollMs: 2, concurrency })
      await worker.drained()
      const lastOther = Math.max(...others.map((id) => order.indexOf(`ref_${id}`)))
      expect(lastOther).toBeLessThan(100)
      expect(most).toBeLessThanOrEqual(concurrency)
      expect(await inbox.claim({ owner: 'test', leaseMs: 1, exclude: [] })).toBeNull()
    },
  )

  test('of callbacks does not keep waiting what they have led to', async () => {
    const order: string[] = []
    const provider = instantProvider({
      async read() {
        order.push('read')
        return { status: 'succeeded' }
      },
    })
    const { payments, toBePaid } = setUp({ paid: () => void order.push('paid') }, { provider })
    for (let count = 0; count < 50; count++) await toBePaid()
    await payments.worker({ pollMs: 2 }).drained()
    expect(order.filter((step) => step === 'paid')).toHaveLength(50)
    expect(order.indexOf('paid')).toBeLessThan(20)
  })
})

test('a rate limit silences all questions to that provider until it is over', async () => {
  let [ticks, asked] = [0, 0]
  const answers: ReadResult[] = [{ status: 'unavailable', code: 'SPIKE', retryAfterMs: 100 }]
  const read = async () => (asked++, answers.shift() ?? { status: 'succeeded' as const })
  const reader = createReader(instantProvider({ read }), () => ticks)
  expect(await reader.read({ providerRef: 'a' })).toMatchObject({ retryAfterMs: 100 })
  ticks = 40
  expect(await reader.read({ providerRef: 'b' })).toEqual({
    status: 'unavailable',
    code: 'SPIKE',
    retryAfterMs: 60,
  })
  expect(asked).toBe(1)
  ticks = 100
  expect(await reader.read({ providerRef: 'b' })).toEqual({ status: 'succeeded' })
})

test.each(['a callback says "paid"', 'nobody called back'])(
  'when %s and a rate limit forbids the question, it is asked as soon as that is over, not in its regular turn',
  async (news) => {
    const paid: string[] = []
    const answers: ReadResult[] = [{ status: 'unavailable', code: 'SPIKE', retryAfterMs: 20 }]
    const checkDelaysMs = news === 'nobody called back' ? [1, 3_600_000] : [3_600_000]
    const provider = instantProvider({
      timing: { ...QUICK, expireAfterMs: 7_200_000, checkDelaysMs },
      read: async () => answers.shift() ?? { status: 'succeeded' },
    })
    const { payments, toBePaid, inbox } = setUp({ paid: ({ id }) => void paid.push(id) }, { provider })
    if (news === 'nobody called back') inbox.insert = async () => 'duplicate'
    const id = await toBePaid()
    payments.worker({ pollMs: 2 })
    await until(() => paid.length > 0)
    expect(paid).toEqual([id])
  },
)

describe('a worker', () => {
  test('goes on when the store fails for a while', async () => {
    const paid: string[] = []
    const { payments, store, inbox, toBePaid } = setUp({ paid: ({ id }) => void paid.push(id) })
    const id = await toBePaid()
    const { claim } = inbox
    const { replace } = store
    let failures = 6
    inbox.claim = async (options) => (failures-- > 3 ? Promise.reject(new Error('down')) : claim(options))
    store.replace = async (...args) => (failures-- > 0 ? Promise.reject(new Error('down')) : replace(...args))
    payments.worker({ pollMs: 2, leaseMs: 30 })
    await until(() => paid.length > 0)
    expect(paid).toEqual([id])
  })

  test('claims nothing more once it is closed, and closes once', async () => {
    const paid: string[] = []
    const { payments, toBePaid } = setUp({ paid: ({ id }) => void paid.push(id) })
    const worker = payments.worker({ pollMs: 2 })
    await Promise.all([worker.close(), worker.close(), payments.close()])
    await worker.drained()
    await toBePaid()
    await payments.worker({ pollMs: 2 }).drained()
    expect(paid).toHaveLength(1)
  })

  test('that closes while the store hangs does not hang', async () => {
    const { payments, inbox, toBePaid } = setUp({ paid() {} })
    await toBePaid()
    inbox.claim = () => new Promise(() => {})
    const worker = payments.worker({ pollMs: 2 })
    await worker.close({ graceMs: 20 })
  })

  test('refuses options that cannot work', () => {
    const { payments } = setUp({ paid() {} })
    expect(() => payments.worker({ concurency: 3 } as never)).toThrow(/did you mean "concurrency"/)
    expect(() => createPayments({} as never)).toThrow(TypeError)
  })
})
