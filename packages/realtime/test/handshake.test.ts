import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createRealtime } from '../src/index.js'
import { next, rawClient, recorder, refusal, start, tokenFor, transports, verify } from './helpers.js'

/** The status line with which a handshake is answered. */
async function handshake(
  port: number,
  transport: string,
  headers: Record<string, string>,
  query = '',
): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  const upgrade = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
  }
  const all = { Host: `127.0.0.1:${port}`, ...(transport === 'websocket' && upgrade), ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET /socket.io/?EIO=4&transport=${transport}${query} HTTP/1.1\r\n${lines.join('')}\r\n`)
  const [data] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return Number(String(data).split(' ')[1])
}

describe.each(transports)('createRealtime() handshake over %s', (transport) => {
  const accepted = transport === 'websocket' ? 101 : 200
  // Engine.IO answers a refused upgrade with 400, a refused poll with 403.
  const refused = transport === 'websocket' ? 400 : 403

  it('lets in listed origins, its own host and programs without an origin, and no other page', async () => {
    await using app = await start()
    const from = (headers: Record<string, string>) => handshake(app.port, transport, headers)
    expect(await from({ Origin: 'https://shop.example' })).toBe(accepted)
    expect(await from({ Origin: app.url })).toBe(accepted)
    expect(await from({})).toBe(accepted)
    expect(await from({ 'Sec-Fetch-Site': 'same-origin' })).toBe(accepted)
    expect(await from({ Origin: 'https://evil.example' })).toBe(refused)
    expect(await from({ Origin: 'https://shop.example.evil.example' })).toBe(refused)
    expect(await from({ Origin: 'http://shop.example' })).toBe(refused)
    expect(await from({ Origin: 'null' })).toBe(refused)
    expect(await from({ 'Sec-Fetch-Site': 'cross-site' })).toBe(refused)
  })

  it('refuses a token in the URL, where every proxy would log it', async () => {
    await using app = await start()
    expect(await handshake(app.port, transport, {}, '&token=secret')).toBe(refused)
    expect(await handshake(app.port, transport, {}, '&Access_Token=secret')).toBe(refused)
    expect(await handshake(app.port, transport, {}, '&t=abc')).toBe(accepted)
  })

  it('connects with a token in auth and joins the room of its subject', async () => {
    await using app = await start()
    using socket = rawClient(app.url, tokenFor('amina'), { transports: [transport] })
    await next(socket, 'connect')
    const [remote] = await app.realtime.io.in('user:amina').fetchSockets()
    expect(remote?.id).toBe(socket.id)
    expect(remote?.data.user).toMatchObject({ sub: 'amina' })
  })

  it.each([
    ['no token', undefined, 'REALTIME_UNAUTHORIZED'],
    ['a token that is no string', { sub: 'amina' } as never, 'REALTIME_UNAUTHORIZED'],
    ['a token that is not accepted', 'nonsense', 'REALTIME_UNAUTHORIZED'],
    ['a token without subject', JSON.stringify({ exp: 4e9 }), 'REALTIME_UNAUTHORIZED'],
    ['a token without expiry', JSON.stringify({ sub: 'amina' }), 'REALTIME_UNAUTHORIZED'],
    ['an expired token', tokenFor('amina', -1), 'REALTIME_TOKEN_EXPIRED'],
  ])('refuses %s', async (_what, token, code) => {
    await using app = await start()
    using socket = rawClient(app.url, token, { transports: [transport] })
    expect(await refusal(socket)).toBe(code)
  })
})

describe('createRealtime() handshake', () => {
  it('tells a verifier that is down or too slow from a token that is bad', async () => {
    const { logger, entries } = recorder()
    const down = Object.assign(new Error('no keys'), { status: 503 })
    const authenticate = (token: string) =>
      token === 'slow' ? new Promise<never>(() => {}) : Promise.reject(down)
    await using app = await start({ authenticate, authTimeoutMs: 20, logger })
    using slow = rawClient(app.url, 'slow')
    expect(await refusal(slow)).toBe('REALTIME_AUTH_UNAVAILABLE')
    using other = rawClient(app.url, 'other')
    expect(await refusal(other)).toBe('REALTIME_AUTH_UNAVAILABLE')
    expect(entries.filter(({ level }) => level === 'error')).toHaveLength(2)
  })

  it('also takes an authenticate() that throws instead of rejecting', async () => {
    const authenticate = () => {
      throw new Error('bad token')
    }
    await using app = await start({ authenticate })
    using socket = rawClient(app.url, 'any')
    expect(await refusal(socket)).toBe('REALTIME_UNAUTHORIZED')
  })

  it('guards namespaces that are added later, named and by pattern', async () => {
    await using app = await start()
    app.realtime.io.of('/admin').on('connection', () => {})
    app.realtime.io.of(/^\/shop-\d+$/).on('connection', () => {})
    for (const name of ['/admin', '/shop-7']) {
      using stranger = rawClient(app.url + name, undefined)
      expect(await refusal(stranger)).toBe('REALTIME_UNAUTHORIZED')
      using user = rawClient(app.url + name, tokenFor('amina'))
      await next(user, 'connect')
    }
  })

  it('holds as many connections of one user as agreed, and takes a new one when one has gone', async () => {
    await using app = await start({ limits: { maxConnectionsPerUser: 2 } })
    using one = rawClient(app.url, tokenFor('amina'))
    using two = rawClient(app.url, tokenFor('amina'))
    await Promise.all([next(one, 'connect'), next(two, 'connect')])
    using three = rawClient(app.url, tokenFor('amina'))
    expect(await refusal(three)).toBe('REALTIME_TOO_MANY_CONNECTIONS')
    using other = rawClient(app.url, tokenFor('juma'))
    await next(other, 'connect')

    const [remote] = [...app.realtime.io.sockets.sockets.values()].filter(({ id }) => id === one.id)
    const gone = next(remote as never, 'disconnect')
    one.disconnect()
    await gone
    three.connect()
    await next(three, 'connect')
  })

  it('never exceeds the limit of a user when handshakes come all at once', async () => {
    await using app = await start({ limits: { maxConnectionsPerUser: 3 } })
    const sockets = Array.from({ length: 12 }, () => rawClient(app.url, tokenFor('amina')))
    const outcomes = await Promise.all(
      sockets.map((socket) =>
        Promise.race([
          next(socket, 'connect').then(() => 'connected'),
          next(socket, 'connect_error').then(() => 'refused'),
        ]),
      ),
    )
    for (const socket of sockets) socket.disconnect()
    expect(outcomes.filter((outcome) => outcome === 'connected')).toHaveLength(3)
  })

  it('limits the connections of one address before asking for a token, behind proxies by what they report', async () => {
    const { logger, entries } = recorder()
    await using app = await start({ limits: { maxConnectionsPerAddress: 1 }, trustProxyHops: 1, logger })
    const from = (address: string) => ({ extraHeaders: { 'X-Forwarded-For': `6.6.6.6, ${address}` } })
    using one = rawClient(app.url, tokenFor('amina'), from('1.1.1.1'))
    await next(one, 'connect')
    using two = rawClient(app.url, tokenFor('juma'), { ...from('1.1.1.1'), reconnection: false })
    await refusal(two)
    expect(entries.at(-1)).toMatchObject({ fields: { code: 'REALTIME_TOO_MANY_CONNECTIONS' } })
    using three = rawClient(app.url, tokenFor('juma'), from('2.2.2.2'))
    await next(three, 'connect')
  })

  it('says once that clients behind a proxy count as one address', async () => {
    const { logger, entries } = recorder()
    await using app = await start({ logger })
    for (let i = 0; i < 2; i++) await handshake(app.port, 'polling', { 'X-Forwarded-For': '1.1.1.1' })
    expect(entries.filter(({ level }) => level === 'warn')).toHaveLength(1)
  })

  it('serves no client bundle, leaves other paths to the application and answers pages of listed origins', async () => {
    await using app = await start()
    expect((await fetch(`${app.url}/socket.io/socket.io.js`)).status).toBe(400)
    expect(await (await fetch(`${app.url}/orders`)).text()).toBe('app')
    const poll = await fetch(`${app.url}/socket.io/?EIO=4&transport=polling`, {
      headers: { Origin: 'https://shop.example' },
    })
    expect(poll.headers.get('access-control-allow-origin')).toBe('https://shop.example')
  })

  it('keeps its path from an application that is added to the server later', async () => {
    const server = createServer()
    const realtime = createRealtime(server, { origins: [], authenticate: verify })
    const asked: (string | undefined)[] = []
    server.on('request', (req, res) => {
      asked.push(req.url)
      res.writeHead(404).end('app')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    using socket = rawClient(url, tokenFor('amina'), { transports: ['polling'] })
    await next(socket, 'connect')
    expect(await (await fetch(`${url}/socket.iox`)).text()).toBe('app')
    expect(asked).toEqual(['/socket.iox'])
    socket.disconnect()
    await realtime.close()
    server.close()
  })

  it('refuses misuse when it is made', () => {
    const make = (options: object, server: object = createServer()) =>
      createRealtime(server as never, { origins: [], authenticate: verify, ...options })
    expect(() => make({ origin: [] })).toThrow(/unknown option "origin".*Did you mean "origins"/)
    expect(() => make({ limits: { maxConnections: 1 } })).toThrow(/unknown option "maxConnections"/)
    expect(() => make({ origins: '*' })).toThrow(/must be a list/)
    for (const origin of [
      '*',
      'https://shop.example/',
      'shop.example',
      'https://SHOP.example',
      'https://a.example:443',
    ]) {
      expect(() => make({ origins: [origin] })).toThrow(TypeError)
    }
    expect(() => make({ origins: ['capacitor://localhost', 'http://localhost:5173'] })).not.toThrow()
    expect(() => make({ authenticate: undefined })).toThrow(/authenticate is required/)
    expect(() => make({ path: '/' })).toThrow(/must be like/)
    expect(() => make({ events: { disconnect: {} } })).toThrow(/reserved/)
    expect(() => make({ events: { 'realtime:renew': {} } })).toThrow(/reserved/)
    expect(() => make({}, () => {})).toThrow(/pass the http.Server/)
  })
})
