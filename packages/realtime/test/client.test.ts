import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  connectRealtime,
  type Ack,
  type ConnectionStatus,
  type ConnectRealtimeOptions,
  type RealtimeClient,
} from '../src/client.js'
import { deferred, start, tokenFor, transports } from './helpers.js'

const events = {
  add: {
    schema: z.object({ a: z.number(), b: z.number() }),
    handle: ({ a, b }: { a: number; b: number }) => a + b,
  },
  hold: { schema: z.null(), handle: () => new Promise(() => {}) },
}

interface ToClient {
  paid: { orderId: string }
}

interface ToServer {
  add(numbers: { a: number; b: number }): number
  hold(nothing: null): never
}

type Client = RealtimeClient<ToClient, ToServer> & Disposable

function connect(url: string, options: ConnectRealtimeOptions): Client {
  const client = connectRealtime<ToClient, ToServer>(url, {
    reconnectDelayMs: 5,
    maxReconnectDelayMs: 50,
    ...options,
  })
  return Object.defineProperty(client, Symbol.dispose, { value: () => client.close() }) as Client
}

/** Resolves when the client has this status, now or later. */
function reached(client: Client, wanted: ConnectionStatus): Promise<void> {
  return new Promise((resolve) => {
    const check = (status: ConnectionStatus): void => {
      if (status !== wanted) return
      off()
      resolve()
    }
    const off = client.onStatus(check)
    check(client.status)
  })
}

describe.each(transports)('connectRealtime() over %s', (transport) => {
  it('connects, receives, sends and gets answers', async () => {
    await using app = await start<ToClient, { add: (typeof events)['add']['schema'] }>({
      events: { add: events.add },
    })
    using client = connect(app.url, { token: () => tokenFor('amina'), transports: [transport] })
    expect(client.status).toBe('connecting')
    const ack = await client.emit('add', { a: 1, b: 2 })
    expect(ack).toEqual({ ok: true, data: 3 })
    expect(client.status).toBe('connected')

    const paid = deferred<{ orderId: string }>()
    const off = client.on('paid', paid.resolve)
    app.realtime.toUser('amina').emit('paid', { orderId: '42' })
    expect(await paid.promise).toEqual({ orderId: '42' })

    off()
    client.on('paid', () => off())
    expect(await client.emit('add', { a: 'x' } as never)).toMatchObject({
      ok: false,
      code: 'REALTIME_INVALID_EVENT',
    })
  })

  it('renews its token before it expires, on the connection that is open', async () => {
    await using app = await start({ expiryGraceMs: 0 })
    const reasons: string[] = []
    const renewedTwice = deferred<void>()
    using client = connect(app.url, {
      transports: [transport],
      token: async (reason) => {
        reasons.push(reason)
        if (reasons.length > 3) renewedTwice.resolve()
        return tokenFor('amina', 200)
      },
    })
    const statuses: string[] = []
    client.onStatus((status) => statuses.push(status))
    await renewedTwice.promise
    expect(reasons).toEqual(['connect', 'renew', 'renew', 'renew'])
    expect(statuses).toEqual(['connected'])
  })

  it('comes back with a fresh token when the old one ran out', async () => {
    await using app = await start({ expiryGraceMs: 0, expiryWarningMs: 0 })
    let asked = 0
    const renewalFails = (reason: string) => {
      if (reason === 'renew') throw new Error('offline')
      return tokenFor('amina', ++asked === 1 ? 100 : 60_000)
    }
    using client = connect(app.url, { token: renewalFails, transports: [transport] })
    await reached(client, 'connected')
    await reached(client, 'reconnecting')
    await reached(client, 'connected')
    expect(asked).toBe(2)
  })

  it('survives a restart of the server, and events sent meanwhile wait for it', async () => {
    const first = await start({ events })
    using client = connect(first.url, { token: () => tokenFor('amina'), transports: [transport] })
    await reached(client, 'connected')
    await first[Symbol.asyncDispose]()
    await reached(client, 'reconnecting')
    const sum = client.emit('add', { a: 2, b: 2 })
    await using _second = await start({ events }, first.port)
    expect(await sum).toEqual({ ok: true, data: 4 })
  })
})

describe('connectRealtime()', () => {
  it('comes back after the server ended the socket, which Socket.IO alone does not', async () => {
    await using app = await start()
    using client = connect(app.url, { token: () => tokenFor('amina') })
    await reached(client, 'connected')
    app.realtime.toUser('amina').disconnect()
    await reached(client, 'reconnecting')
    await reached(client, 'connected')
  })

  it('asks for another token when one is refused, until one is accepted', async () => {
    await using app = await start()
    const reasons: string[] = []
    using client = connect(app.url, {
      token: (reason) => (reasons.push(reason) < 3 ? 'stale' : tokenFor('amina')),
    })
    await reached(client, 'connected')
    expect(reasons).toEqual(['connect', 'refused', 'refused'])
  })

  it.each([
    ['resolves to null', () => null],
    [
      'rejects with status 401',
      () => Promise.reject(Object.assign(new Error('signed out'), { status: 401 })),
    ],
  ])('is unauthorized once token() %s, and connects again when told to', async (_how, signedOut) => {
    await using app = await start()
    let signedIn = false
    let asked = 0
    using client = connect(app.url, {
      token: () => {
        asked++
        return signedIn ? tokenFor('amina') : signedOut()
      },
    })
    await reached(client, 'unauthorized')
    expect(asked).toBe(1)
    expect(await client.emit('add', { a: 1, b: 1 })).toEqual({ ok: false, code: 'REALTIME_DISCONNECTED' })
    expect(app.realtime.io.sockets.sockets.size).toBe(0)

    signedIn = true
    client.connect()
    await reached(client, 'connected')
  })

  it('tries a token() that fails for another reason again, and gives up after five times', async () => {
    await using app = await start()
    let asked = 0
    using client = connect(app.url, {
      token: () => {
        asked++
        throw new Error('502 from /refresh')
      },
    })
    await reached(client, 'unauthorized')
    expect(asked).toBe(5)
  })

  it('connects as somebody else when the fresh token is of another user', async () => {
    await using app = await start()
    let asked = 0
    using client = connect(app.url, {
      token: () => (++asked === 1 ? tokenFor('amina', 100) : tokenFor('juma')),
    })
    await reached(client, 'connected')
    await reached(client, 'reconnecting')
    await reached(client, 'connected')
    expect(await app.realtime.io.in('user:juma').fetchSockets()).toHaveLength(1)
  })

  it('answers REALTIME_TIMEOUT when the server does not, and REALTIME_DISCONNECTED when the connection goes first', async () => {
    await using app = await start({ events })
    using client = connect(app.url, { token: () => tokenFor('amina'), ackTimeoutMs: 100 })
    await reached(client, 'connected')
    expect(await client.emit('hold', null)).toEqual({ ok: false, code: 'REALTIME_TIMEOUT' })

    using patient = connect(app.url, { token: () => tokenFor('juma') })
    await reached(patient, 'connected')
    const held = patient.emit('hold', null)
    await patient.emit('add', { a: 1, b: 1 })
    app.realtime.toUser('juma').disconnect()
    expect(await held).toEqual({ ok: false, code: 'REALTIME_DISCONNECTED' })
  })

  it('keeps back what is sent while the server drains, for the next one', async () => {
    const handled: string[] = []
    const held = deferred<void>()
    const definitions = (server: string) => ({
      hold: { schema: z.null(), handle: () => held.promise },
      add: { schema: z.unknown(), handle: () => void handled.push(server) },
    })
    const first = await start({ events: definitions('first'), drain: { intervalMs: 1, timeoutMs: 600_000 } })
    using client = connect(first.url, { token: () => tokenFor('amina') })
    const busy = client.emit('hold', null)
    await client.emit('add', { a: 1, b: 1 })
    const draining = deferred<unknown>()
    client.on('realtime:draining' as never, draining.resolve)
    const closed = first.realtime.close()
    await draining.promise

    const late = client.emit('add', { a: 2, b: 2 })
    held.resolve()
    expect(await busy).toEqual({ ok: true, data: null })
    await closed
    await first[Symbol.asyncDispose]()
    await using _second = await start({ events: definitions('second') }, first.port)
    expect(await late).toEqual({ ok: true, data: null })
    expect(handled).toEqual(['first', 'second'])
  })

  it('falls back to polling where a WebSocket does not come about', async () => {
    await using app = await start({ transports: ['polling'] })
    using client = connect(app.url, { token: () => tokenFor('amina') })
    await reached(client, 'connected')
    const [socket] = [...app.realtime.io.sockets.sockets.values()]
    expect(socket?.conn.transport.name).toBe('polling')
  })

  it('does not present, on a new connection, a token that came too late for the old one', async () => {
    const slow = deferred<string>()
    const askedFirst = deferred<void>()
    await using app = await start()
    let asked = 0
    const token = () => {
      askedFirst.resolve()
      return ++asked === 1 ? slow.promise : tokenFor('amina')
    }
    using client = connect(app.url, { token })
    await askedFirst.promise
    app.realtime.io.engine.close()
    await reached(client, 'connected')
    const statuses: string[] = []
    client.onStatus((status) => statuses.push(status))
    slow.resolve(tokenFor('juma'))
    await new Promise(setImmediate)
    expect(await client.emit('add', { a: 1, b: 1 })).toEqual({ ok: false, code: 'REALTIME_UNKNOWN_EVENT' })
    expect(await app.realtime.io.in('user:juma').fetchSockets()).toHaveLength(0)
    expect(statuses).toEqual([])
  })

  it('stays closed once closed', async () => {
    await using app = await start()
    const client = connect(app.url, { token: () => tokenFor('amina') })
    await reached(client, 'connected')
    client.close()
    expect(client.status).toBe('closed')
    expect(await client.emit('add', { a: 1, b: 1 })).toEqual({ ok: false, code: 'REALTIME_DISCONNECTED' })
    client.connect()
    await reached(client, 'connected')
    client.close()
  })

  it('refuses misuse when it is made', () => {
    expect(() => connectRealtime('http://localhost', { tokn: () => '' } as never)).toThrow(
      /Did you mean "token"/,
    )
    expect(() => connectRealtime('http://localhost', {} as never)).toThrow(/token must be a function/)
  })

  it('knows the events by their types', () => {
    const check = (client: RealtimeClient<ToClient, ToServer>) => {
      expectTypeOf(client.emit('add', { a: 1, b: 2 })).resolves.toEqualTypeOf<Ack<number>>()
      client.on('paid', (payload) => expectTypeOf(payload).toEqualTypeOf<{ orderId: string }>())
      // @ts-expect-error an event that the server does not send
      client.on('payed', () => {})
      // @ts-expect-error a payload that does not fit
      void client.emit('add', { a: 1 })
    }
    expect(check).toBeTypeOf('function')
  })
})
