import { EventEmitter, once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTestAdapter } from './cluster-adapter.js'
import { deferred, next, rawClient, start, tokenFor, transports } from './helpers.js'

describe.each(transports)('close() of createRealtime() over %s', (transport) => {
  it('closes the transport so that the client comes back, and leaves the HTTP server open', async () => {
    await using app = await start()
    using client = rawClient(app.url, tokenFor('amina'), { transports: [transport] })
    await next(client, 'connect')
    const reason = next(client, 'disconnect')
    await app.realtime.close()
    expect(await reason).toBe('transport close')
    expect(client.active).toBe(true)
    expect(await (await fetch(app.url)).text()).toBe('app')
  })

  it('gets the answers under way out, and everybody off, when the server listens no more', async () => {
    const held = deferred<void>()
    await using app = await start({
      drain: { timeoutMs: 600_000, intervalMs: 1 },
      events: { hold: { schema: z.null(), handle: () => held.promise } },
    })
    using client = rawClient(app.url, tokenFor('amina'), { transports: [transport] })
    using silent = rawClient(app.url, tokenFor('juma'), { transports: [transport] })
    await Promise.all([next(client, 'connect'), next(silent, 'connect')])
    const answer = client.emitWithAck('hold', null)
    await client.emitWithAck('anything')
    for (const { conn } of app.realtime.io.sockets.sockets.values()) await polledOrOpen(conn.transport)
    app.server.close()
    const closed = app.realtime.close()
    held.resolve()
    expect(await answer).toEqual({ ok: true, data: null })
    await closed
    expect(app.realtime.io.engine.clientsCount).toBe(0)
  })
})

describe('close() of createRealtime()', () => {
  it('does not wait for a client that polls no more', async () => {
    await using app = await start({ drain: { timeoutMs: 600_000, intervalMs: 1 } })
    const poll = `${app.url}/socket.io/?EIO=4&transport=polling`
    const { sid } = JSON.parse((await (await fetch(poll)).text()).slice(1)) as { sid: string }
    await fetch(`${poll}&sid=${sid}`, {
      method: 'POST',
      body: `40${JSON.stringify({ token: tokenFor('amina') })}`,
    })
    await app.realtime.close()
    expect(app.realtime.io.engine.clientsCount).toBe(0)
  })

  it('tells clients on a WebSocket how long they have', async () => {
    await using app = await start()
    using client = rawClient(app.url, tokenFor('amina'))
    await next(client, 'connect')
    const hint = next(client, 'realtime:draining')
    await app.realtime.close()
    expect(await hint).toEqual({ withinMs: 1_000 })
  })

  it('answers handshakes with 503 from the first moment on', async () => {
    const held = deferred<void>()
    await using app = await start({
      drain: { timeoutMs: 600_000, intervalMs: 1 },
      events: { hold: { schema: z.null(), handle: () => held.promise } },
    })
    using client = rawClient(app.url, tokenFor('amina'))
    const answer = client.emitWithAck('hold', null)
    await client.emitWithAck('anything')
    const closed = app.realtime.close()

    const poll = await fetch(`${app.url}/socket.io/?EIO=4&transport=polling`)
    expect(poll.status).toBe(503)
    expect(poll.headers.get('retry-after')).toBe('1')
    expect(await poll.json()).toEqual({ code: 'REALTIME_DRAINING' })
    using late = rawClient(app.url, tokenFor('juma'), { reconnection: false })
    await next(late, 'connect_error')

    // A handler that still works gets its answer out before its connection goes.
    held.resolve()
    expect(await answer).toEqual({ ok: true, data: null })
    await closed
  })

  it('closes at the deadline what is still busy then', async () => {
    await using app = await start({
      drain: { timeoutMs: 50, intervalMs: 1 },
      events: { hold: { schema: z.null(), handle: () => new Promise(() => {}) } },
    })
    using client = rawClient(app.url, tokenFor('amina'))
    await next(client, 'connect')
    client.emit('hold', null)
    await client.emitWithAck('anything')
    const reason = next(client, 'disconnect')
    await app.realtime.close()
    expect(await reason).toBe('transport close')
  })

  it('lets clients go in batches', async () => {
    await using app = await start({ drain: { batchSize: 2, intervalMs: 1, timeoutMs: 10_000 } })
    const clients = Array.from({ length: 5 }, (_, i) => rawClient(app.url, tokenFor(`user-${i}`)))
    await Promise.all(clients.map((client) => next(client, 'connect')))
    const open = () => app.realtime.io.engine.clientsCount
    const counts: number[] = []
    for (const socket of app.realtime.io.sockets.sockets.values())
      socket.conn.once('close', () => counts.push(open()))
    await app.realtime.close()
    expect(counts).toHaveLength(5)
    expect(open()).toBe(0)
    for (const client of clients) client.disconnect()
  })

  it('speaks to its own clients alone, and takes its adapters down', async () => {
    const bus = new EventEmitter()
    await using here = await start({ adapter: createTestAdapter(bus) as never })
    await using there = await start({ adapter: createTestAdapter(bus) as never })
    using client = rawClient(there.url, tokenFor('amina'))
    await next(client, 'connect')
    const heard: string[] = []
    client.onAny((event: string) => heard.push(event))
    await here.realtime.close()
    const paid = next(client, 'paid')
    there.realtime.toUser('amina').emit('paid', 1)
    await paid
    expect(heard).toEqual(['paid'])
    expect((here.realtime.io.of('/').adapter as unknown as { closed: boolean }).closed).toBe(true)
  })

  it('is one and the same for everybody who calls it', async () => {
    await using app = await start()
    expect(app.realtime.close()).toBe(app.realtime.close())
  })
})

/** Until something may be written: a poll is there, or the WebSocket is free. */
async function polledOrOpen(transport: EventEmitter & { writable: boolean }): Promise<void> {
  while (!transport.writable) await once(transport, 'ready')
}
