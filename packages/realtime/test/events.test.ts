import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { deferred, next, rawClient, recorder, start, tokenFor, transports } from './helpers.js'

const watch = z.object({ orderId: z.string().min(1), count: z.coerce.number().default(1) })

describe.each(transports)('events of createRealtime() over %s', (transport) => {
  it('hands the handler the parsed payload and the user, and answers with what it resolves to', async () => {
    await using app = await start({
      events: {
        'order:watch': {
          schema: watch,
          handle: async ({ orderId, count }, { user, socket }) => ({
            orderId,
            count: count + 1,
            by: user.sub,
            socket: socket.id,
          }),
        },
      },
    })
    using client = rawClient(app.url, tokenFor('amina'), { transports: [transport] })
    await next(client, 'connect')
    expect(await client.emitWithAck('order:watch', { orderId: '42', count: '2', extra: 1 })).toEqual({
      ok: true,
      data: { orderId: '42', count: 3, by: 'amina', socket: client.id },
    })
  })
})

describe('events of createRealtime()', () => {
  it('answers a payload that does not fit with what is wrong, and does not call the handler', async () => {
    const handle = vi.fn()
    await using app = await start({ events: { 'order:watch': { schema: watch, handle } } })
    using client = rawClient(app.url, tokenFor('amina'))
    expect(await client.emitWithAck('order:watch', { orderId: 7 })).toMatchObject({
      ok: false,
      code: 'REALTIME_INVALID_EVENT',
      errors: [{ path: 'orderId' }],
    })
    expect(await client.emitWithAck('order:watch')).toMatchObject({ code: 'REALTIME_INVALID_EVENT' })
    expect(await client.emitWithAck('order:watch', { orderId: '1' }, 'more')).toMatchObject({
      code: 'REALTIME_INVALID_EVENT',
    })
    expect(handle).not.toHaveBeenCalled()
  })

  it('answers with the code of an expected error, hides any other and logs it', async () => {
    const { logger, entries } = recorder()
    await using app = await start({
      logger,
      events: {
        refuse: {
          schema: z.null(),
          handle: () =>
            Promise.reject(Object.assign(new Error('not yours'), { status: 403, code: 'SHOP_NOT_YOURS' })),
        },
        crash: { schema: z.null(), handle: () => Promise.reject(new Error('password=hunter2')) },
        down: {
          schema: z.null(),
          handle: () =>
            Promise.reject(Object.assign(new Error('no disk'), { status: 503, code: 'DISK_FULL' })),
        },
        nothing: { schema: z.null(), handle: () => undefined },
      },
    })
    using client = rawClient(app.url, tokenFor('amina'))
    expect(await client.emitWithAck('refuse', null)).toEqual({ ok: false, code: 'SHOP_NOT_YOURS' })
    expect(await client.emitWithAck('crash', null)).toEqual({ ok: false, code: 'REALTIME_HANDLER_FAILED' })
    expect(await client.emitWithAck('down', null)).toEqual({ ok: false, code: 'REALTIME_HANDLER_FAILED' })
    expect(await client.emitWithAck('nothing', null)).toEqual({ ok: true, data: null })
    expect(entries.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { event: 'crash', sub: 'amina' } },
      { fields: { event: 'down', sub: 'amina' } },
    ])
  })

  it('handles an event for which no answer is wanted', async () => {
    const seen = deferred<unknown>()
    await using app = await start({
      events: { seen: { schema: z.string(), handle: (id) => seen.resolve(id) } },
    })
    using client = rawClient(app.url, tokenFor('amina'))
    client.emit('seen', 'm-1')
    expect(await seen.promise).toBe('m-1')
  })

  it('refuses an unknown event, but leaves alone one that the application listens to itself', async () => {
    await using app = await start()
    app.realtime.io.on(
      'connection',
      (socket) => void socket.on('own', (_data, ack: (answer: string) => void) => ack('hello')),
    )
    using client = rawClient(app.url, tokenFor('amina'))
    expect(await client.emitWithAck('nonsense', 1)).toEqual({ ok: false, code: 'REALTIME_UNKNOWN_EVENT' })
    expect(await client.emitWithAck('own', 1)).toBe('hello')
    expect(await client.emitWithAck(7 as never, 1)).toEqual({ ok: false, code: 'REALTIME_UNKNOWN_EVENT' })
  })

  it('refuses what is more than the burst and says when to try again', async () => {
    await using app = await start({
      limits: { eventsPerSecond: 1, eventBurst: 3 },
      events: { ping: { schema: z.null(), handle: () => 'pong' } },
    })
    using client = rawClient(app.url, tokenFor('amina'))
    await next(client, 'connect')
    const acks = await Promise.all(Array.from({ length: 5 }, () => client.emitWithAck('ping', null)))
    expect(acks.map(({ ok }) => ok)).toEqual([true, true, true, false, false])
    expect(acks[3]).toMatchObject({ code: 'REALTIME_RATE_LIMITED', retryAfterMs: expect.any(Number) })
  })

  it('closes a connection that floods', async () => {
    await using app = await start({ limits: { eventsPerSecond: 1, eventBurst: 1 } })
    using client = rawClient(app.url, tokenFor('amina'))
    await next(client, 'connect')
    const gone = next(client, 'disconnect')
    for (let i = 0; i < 20; i++) client.emit('noise', i)
    expect(await gone).toBe('transport close')
  })

  it('closes the connection of a message above maxMessageBytes', async () => {
    await using app = await start({ limits: { maxMessageBytes: 1_000 } })
    using client = rawClient(app.url, tokenFor('amina'))
    await next(client, 'connect')
    const gone = next(client, 'disconnect')
    client.emit('big', 'x'.repeat(2_000))
    expect(await gone).toBe('transport close')
  })

  it('closes a connection whose client does not read what it is sent', async () => {
    const { logger, entries } = recorder()
    await using app = await start({ limits: { maxQueuedMessages: 20 }, logger })
    using client = rawClient(app.url, tokenFor('amina'))
    await next(client, 'connect')
    const [socket] = [...app.realtime.io.sockets.sockets.values()]
    const gone = next(socket as never, 'disconnect')
    const transport = client.io.engine.transport as unknown as {
      ws: { _socket: { pause(): void; resume(): void } }
    }
    transport.ws._socket.pause()
    const chunk = 'x'.repeat(200_000)
    let open = true
    void gone.then(() => (open = false))
    // One message a turn, as an application would send them, until the connection is given up.
    for (let sent = 0; open && sent < 2_000; sent++) {
      app.realtime.toUser('amina').emit('news', chunk)
      await new Promise(setImmediate)
    }
    expect(await gone).toBe('forced close')
    transport.ws._socket.resume()
    expect(entries.at(-1)?.message).toContain('does not read')
  })
})
