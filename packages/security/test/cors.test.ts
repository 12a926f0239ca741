import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { cors, errorHandler, notFound, type CorsOptions } from '../src/index.js'
import { expressVersions, rawRequest, recordingLogger, serve } from './serve.js'

const shop = 'https://shop.example'

describe.each(expressVersions)('cors() on %s', (_name, express) => {
  function shopApp(options: Partial<CorsOptions> = {}) {
    const calls: string[] = []
    const app = express()
    app.use(cors({ origins: [shop], ...options }))
    app.options('/plain', (_req, res) => void res.status(200).send('mine'))
    app.all('/', (req, res) => {
      calls.push(req.method)
      res.send('ok')
    })
    app.get('/busy', (_req, _res, next) => next(Object.assign(new Error('slow down'), { status: 429 })))
    app.get('/broken', () => {
      throw new Error('broken')
    })
    app.use(notFound(), errorHandler())
    return { app, calls }
  }

  it('lets the pages of a named origin read the answer', async () => {
    const { app } = shopApp({ credentials: true })
    await using server = await serve(app)
    const { status, headers } = await rawRequest(server.url, { headers: { Origin: shop } })
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'access-control-allow-origin': shop,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'RateLimit,RateLimit-Policy,Retry-After,WWW-Authenticate,X-Request-Id',
      vary: 'Origin',
    })
  })

  it('stops a page of any other origin before the handler, and tells it nothing', async () => {
    const logger = recordingLogger()
    const { app, calls } = shopApp({ credentials: true, logger })
    await using server = await serve(app)
    for (const origin of hostileOrigins(server.host)) {
      const { status, headers, body } = await rawRequest(server.url, {
        method: 'POST',
        headers: { Origin: origin },
      })
      expect(status, origin).toBe(403)
      expect(JSON.parse(body)).toMatchObject({ code: 'SECURITY_ORIGIN_DENIED' })
      expect(headers.vary, origin).toBe('Origin')
      expect(
        Object.keys(headers).filter((name) => name.startsWith('access-control')),
        origin,
      ).toEqual([])
    }
    expect(calls).toEqual([])
    expect(logger.entries[0]).toMatchObject({ level: 'warn', fields: { origin: 'null', path: '/' } })
  })

  it('lets the sub-domains of a pattern in, at any depth, and nothing that only looks like one', async () => {
    const { app, calls } = shopApp({ origins: ['https://*.shop.example', 'https://*.b.example:8443'] })
    await using server = await serve(app)
    const call = async (origin: string) =>
      (await rawRequest(server.url, { headers: { Origin: origin } })).status
    for (const origin of [
      'https://www.shop.example',
      'https://a.b-1.shop.example',
      'https://a.b.example:8443',
    ])
      expect(await call(origin), origin).toBe(200)
    calls.length = 0
    for (const origin of [
      ...hostileOrigins(server.host).filter((hostile) => hostile !== 'https://www.shop.example'),
      shop,
      'http://www.shop.example',
      'https://.shop.example',
      'https://a..shop.example',
      'https://-a.shop.example',
      'https://a_b.shop.example',
      'https://a`b.shop.example',
      'https://A.shop.example',
      'https://evil.com#.shop.example',
      'https://evil.com/.shop.example',
      'https://evil.com?.shop.example',
      'https://evil.com\\.shop.example',
      'https://evil.com:443.shop.example',
      'https://user@a.shop.example',
      'https://evil.com, https://a.shop.example',
      'https://a.shop.example:8443',
      'https://a.shop.example.',
      'https://ashop.example',
      'https://a.b.example',
      `https://${'a.'.repeat(1000)}shop.example`,
    ])
      expect(await call(origin), origin).toBe(403)
    expect(calls).toEqual([])
  })

  it('refuses two Origin headers, even of a named origin', async () => {
    const { app } = shopApp()
    await using server = await serve(app)
    expect(
      (await rawRequest(server.url, { headers: { Origin: [shop, 'https://evil.example'] } })).status,
    ).toBe(403)
  })

  it('lets requests without an origin pass, and says that answers vary by it', async () => {
    const { app } = shopApp()
    await using server = await serve(app)
    const { status, headers } = await rawRequest(server.url, {})
    expect(status).toBe(200)
    expect(headers.vary).toBe('Origin')
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('lets the pages of its own host pass, whatever ended the TLS', async () => {
    const { app } = shopApp()
    await using server = await serve(app)
    for (const origin of [`http://${server.host}`, `https://${server.host}`]) {
      const { status, headers } = await rawRequest(server.url, {
        method: 'POST',
        headers: { Origin: origin },
      })
      expect(status).toBe(200)
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    }
    expect((await rawRequest(server.url, { headers: { Origin: 'http://127.0.0.1:1' } })).status).toBe(403)
  })

  it('refuses the http page of its own host once it is known to be called over https', async () => {
    const { app } = shopApp()
    app.set('trust proxy', 1)
    await using server = await serve(app)
    const call = (origin: string) =>
      rawRequest(server.url, {
        headers: { Origin: origin, Host: 'api.example', 'X-Forwarded-Proto': 'https' },
      })
    expect((await call('https://api.example')).status).toBe(200)
    expect((await call('http://api.example')).status).toBe(403)
  })

  it('lets the pages of its own host alone call when it is given no origins', async () => {
    const { app } = shopApp({ origins: [] })
    await using server = await serve(app)
    expect((await rawRequest(server.url, { headers: { Origin: `https://${server.host}` } })).status).toBe(200)
    expect((await rawRequest(server.url, { headers: { Origin: shop } })).status).toBe(403)
  })

  it('takes no page for its own when the request names no host', async () => {
    const { app } = shopApp()
    await using server = await serve(app)
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.end('GET / HTTP/1.0\r\nOrigin: https://undefined\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /)
  })

  it('answers a preflight itself, with what is allowed and not with what is asked', async () => {
    const { app, calls } = shopApp({ credentials: true, methods: ['GET', 'POST'], maxAgeSeconds: 60 })
    await using server = await serve(app)
    const { status, headers } = await rawRequest(server.url, {
      method: 'OPTIONS',
      headers: {
        Origin: shop,
        'Access-Control-Request-Method': 'DELETE',
        'Access-Control-Request-Headers': 'x-evil',
        'Access-Control-Request-Private-Network': 'true',
      },
    })
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': shop,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'Authorization,Content-Type',
      'access-control-max-age': '60',
      vary: 'Origin',
    })
    expect(headers).not.toHaveProperty('access-control-allow-private-network')
    expect(calls).toEqual([])
  })

  it('refuses the preflight of any other origin', async () => {
    const { app } = shopApp()
    await using server = await serve(app)
    const { status, headers } = await rawRequest(server.url, {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'GET' },
    })
    expect(status).toBe(403)
    expect(headers).not.toHaveProperty('access-control-allow-methods')
  })

  it('leaves an OPTIONS request that is no preflight to the application', async () => {
    const { app } = shopApp()
    await using server = await serve(app)
    const { status, headers, body } = await rawRequest(`${server.url}/plain`, {
      method: 'OPTIONS',
      headers: { Origin: shop },
    })
    expect([status, body]).toEqual([200, 'mine'])
    expect(headers['access-control-allow-origin']).toBe(shop)
  })

  it.each([
    ['/nothing', 404],
    ['/busy', 429],
    ['/broken', 500],
  ])('lets the page read the error of %s', async (path, expected) => {
    const { app } = shopApp()
    await using server = await serve(app)
    const { status, headers } = await rawRequest(`${server.url}${path}`, { headers: { Origin: shop } })
    expect(status).toBe(expected)
    expect(headers['access-control-allow-origin']).toBe(shop)
  })

  it('lets every origin call a public API, without cookies', async () => {
    const { app } = shopApp({ origins: ['*'] })
    await using server = await serve(app)
    const { status, headers } = await rawRequest(server.url, {
      headers: { Origin: 'https://anyone.example' },
    })
    expect(status).toBe(200)
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })
})

describe('cors()', () => {
  it.each([
    [{ origins: undefined }, /must be a list/],
    [{ origins: shop as never }, /must be a list/],
    [{ origins: [''] }, /is no origin/],
    [{ origins: ['null'] }, /sandboxed frame/],
    [{ origins: ['*'], credentials: true }, /opens every account/],
    [{ origins: ['*', shop] }, /Use it alone/],
    [{ origins: ['https://*.github.io'] }, /anyone can have a name below "github.io"/],
    [{ origins: ['https://*.co.ke'] }, /anyone can have a name/],
    [{ origins: ['https://*.com'] }, /anyone can have a name/],
    [{ origins: ['https://*.herokuapp.com'] }, /anyone can have a name/],
    [{ origins: ['https://*'] }, /is no pattern/],
    [{ origins: ['https://shop*.example.com'] }, /is no pattern/],
    [{ origins: ['https://*shop.example'] }, /is no pattern/],
    [{ origins: ['https://*.*.shop.example'] }, /is no pattern/],
    [{ origins: ['https://*.shop.example:*'] }, /is no pattern/],
    [{ origins: ['*.shop.example'] }, /is no pattern/],
    [{ origins: ['http://*.shop.example'] }, /plain http/],
    [{ origins: ['https://*.SHOP.example'] }, /is not how browsers send/],
    [{ origins: ['https://*.shop.example/'] }, /is not how browsers send/],
    [{ origins: ['https://*.10.0.0.1'] }, /has no sub-domains/],
    [{ origins: ['https://localhost:5173'] }, /machine of a visitor/],
    [{ origins: ['https://127.0.0.1'] }, /machine of a visitor/],
    [{ origins: ['https://127.1'] }, /is not how browsers send/],
    [{ origins: ['https://[::1]'] }, /machine of a visitor/],
    [{ origins: ['http://shop.example'] }, /plain http/],
    [{ origins: ['http://localhost:5173'] }, /plain http/],
    [{ origins: [`${shop}/`] }, /Write "https:\/\/shop.example"/],
    [{ origins: [`${shop}/path`] }, /Write "https:\/\/shop.example"/],
    [{ origins: ['https://Shop.example'] }, /Write "https:\/\/shop.example"/],
    [{ origins: [`${shop}:443`] }, /Write "https:\/\/shop.example"/],
    [{ origins: ['https://user@shop.example'] }, /Write "https:\/\/shop.example"/],
    [{ origins: ['https://bücher.example'] }, /Write "https:\/\/xn--bcher-kva.example"/],
    [{ origins: ['shop.example'] }, /is no origin/],
    [{ origins: ['file:///'] }, /is no origin/],
    [{ origins: [shop], credentials: true, requestHeaders: ['*'] }, /literal name/],
    [{ origins: [shop], orgins: [] }, /Did you mean "origins"/],
  ])('refuses %j', (options, message) => {
    expect(() => cors(options as CorsOptions)).toThrow(TypeError)
    expect(() => cors(options as CorsOptions)).toThrow(message)
  })

  it('takes http origins outside production', () => {
    expect(() => cors({ origins: ['http://localhost:5173'], production: false })).not.toThrow()
  })
})

/** Origins that have passed the checks of others. */
function hostileOrigins(host: string): string[] {
  return [
    'null',
    'https://evil.example',
    'https://evilshop.example',
    'https://shop.example.evil.com',
    'https://shopXexample',
    'https://shop.example%60.evil.com',
    'https://shop.example_.evil.com',
    'http://shop.example',
    'https://shop.example:443',
    'https://shop.example:8443',
    'https://shop.example.',
    'https://SHOP.example',
    'HTTPS://shop.example',
    'https://shop.example@evil.com',
    'https://shop.example, https://evil.example',
    'https://shop.example https://evil.example',
    'https://shop.example/',
    'file://',
    'chrome-extension://shop.example',
    'http://localhost',
    `http://${host}.evil.com`,
    `https://${host}@evil.com`,
    `ftp://${host}`,
    `https://${'a'.repeat(2000)}.example`,
    'https://shop.example`.evil.com',
    'https://shop.example{.evil.com',
    'https://xn--shp-tna.example',
    'https://127.1',
    'https://2130706433',
    'http://[fe80::1%25eth0]',
    'https://shop.example\tevil',
    'https://www.shop.example',
    'https://shop.example#@evil.com',
    'https://shop.example\\.evil.com',
    'undefined',
    ' https://shop.example.x',
    '*',
  ]
}
