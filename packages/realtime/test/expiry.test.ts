import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { next, rawClient, start, tokenFor, transports } from './helpers.js'

const events = { ping: { schema: z.null(), handle: () => 'pong' } }

describe.each(transports)('token expiry over %s', (transport) => {
  it('warns, takes a fresh token in place and keeps the connection', async () => {
    await using app = await start({ expiryGraceMs: 0, events })
    using client = rawClient(app.url, tokenFor('amina', 2_000), { transports: [transport] })
    const id = next(client, 'connect').then(() => client.id)
    const warning = await next<{ expiresInMs: number }>(client, 'realtime:expiring')
    expect(warning.expiresInMs).toBeLessThanOrEqual(1_000)

    const fresh = tokenFor('amina', 4_000)
    const ack = await client.emitWithAck('realtime:renew', fresh)
    expect(ack).toEqual({ ok: true, data: { exp: JSON.parse(fresh).exp } })

    // The next warning is that of the second token: the first one's end has passed without consequence.
    await next(client, 'realtime:expiring')
    expect(client.id).toBe(await id)
    expect(await client.emitWithAck('ping', null)).toEqual({ ok: true, data: 'pong' })
  })

  it('closes the transport of a socket whose token is not renewed, so that the client comes back', async () => {
    await using app = await start({ expiryGraceMs: 20 })
    using client = rawClient(app.url, tokenFor('amina', 1_500), { transports: [transport] })
    await next(client, 'connect')
    expect(await next(client, 'disconnect')).toBe('transport close')
    expect(client.active).toBe(true)
  })
})

describe('token expiry', () => {
  it('refuses events once the token has expired, while messages still arrive until the grace is over', async () => {
    const limits = { eventsPerSecond: 1e6, eventBurst: 1e6 }
    await using app = await start({ expiryGraceMs: 600_000, events, limits })
    using client = rawClient(app.url, tokenFor('amina', 1_500))
    await next(client, 'realtime:expiring')
    let ack: { ok: boolean }
    do ack = await client.emitWithAck('ping', null)
    while (ack.ok)
    expect(ack).toEqual({ ok: false, code: 'REALTIME_TOKEN_EXPIRED' })

    const news = next(client, 'news')
    app.realtime.toUser('amina').emit('news', 1)
    expect(await news).toBe(1)
    expect(await client.emitWithAck('realtime:renew', tokenFor('amina'))).toMatchObject({ ok: true })
    expect(await client.emitWithAck('ping', null)).toEqual({ ok: true, data: 'pong' })
  })

  it('takes no renewal for another subject, no bad token and no expired one', async () => {
    await using app = await start()
    using client = rawClient(app.url, tokenFor('amina'))
    const renew = (token: unknown) => client.emitWithAck('realtime:renew', token)
    expect(await renew(tokenFor('juma'))).toEqual({ ok: false, code: 'REALTIME_SUBJECT_CHANGED' })
    expect(await renew('nonsense')).toEqual({ ok: false, code: 'REALTIME_UNAUTHORIZED' })
    expect(await renew(undefined)).toEqual({ ok: false, code: 'REALTIME_UNAUTHORIZED' })
    expect(await renew(tokenFor('amina', -1))).toEqual({ ok: false, code: 'REALTIME_TOKEN_EXPIRED' })
  })

  it('gives handlers the user of the renewed token', async () => {
    await using app = await start({
      authenticate: async (token) => JSON.parse(token),
      events: { roles: { schema: z.null(), handle: (_data, { user }) => user.roles } },
    })
    const as = (...roles: string[]) => JSON.stringify({ sub: 'amina', exp: Date.now() / 1000 + 60, roles })
    using client = rawClient(app.url, as('admin'))
    expect(await client.emitWithAck('roles', null)).toEqual({ ok: true, data: ['admin'] })
    await client.emitWithAck('realtime:renew', as())
    expect(await client.emitWithAck('roles', null)).toEqual({ ok: true, data: [] })
  })

  it('does not fire early for a token that is good for longer than a timer can count', async () => {
    await using app = await start()
    const year = 365 * 24 * 3600_000
    using client = rawClient(app.url, tokenFor('amina', year))
    await next(client, 'connect')
    let warned = false
    client.once('realtime:expiring', () => (warned = true))
    await client.emitWithAck('round-trip')
    await new Promise(setImmediate)
    await client.emitWithAck('round-trip')
    expect(warned).toBe(false)
  })
})
