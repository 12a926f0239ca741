import { describe, expect, it } from 'vitest'
import { getNonces, securityHeaders, type HeadersOptions } from '../src/index.js'
import { observatoryScore } from './observatory.js'
import { expressVersions, rawRequest, serve } from './serve.js'

describe.each(expressVersions)('securityHeaders() on %s', (_name, express) => {
  async function answer(options: HeadersOptions, path = '/', headers: Record<string, string> = {}) {
    const app = express()
    app.set('trust proxy', 1)
    app.use(securityHeaders(options))
    app.get('/cached', (_req, res) => res.set('Cache-Control', 'public, max-age=60').send('ok'))
    app.use((_req, res) => res.send('ok'))
    await using server = await serve(app)
    return (await rawRequest(`${server.url}${path}`, { headers })).headers
  }

  it('allows nothing in the api preset, keeps answers out of caches and hides Express', async () => {
    const headers = await answer({})
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    )
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['x-frame-options']).toBe('DENY')
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp')
    expect(headers['cross-origin-resource-policy']).toBe('same-origin')
    expect(headers['permissions-policy']).toContain('camera=(), ')
    expect(headers).not.toHaveProperty('x-powered-by')
  })

  it('allows the site itself and the named sources in the web preset', async () => {
    const headers = await answer({
      preset: 'web',
      services: ['stripe', 'cloudinary'],
      sockets: ['wss://live.shop.example'],
      sources: {
        style: ['https://fonts.googleapis.com'],
        font: ['https://fonts.gstatic.com'],
        img: ['blob:'],
      },
    })
    expect(policyOf(headers)).toEqual({
      'default-src': "'none'",
      'script-src': "'self' https://js.stripe.com https://*.js.stripe.com",
      'script-src-attr': "'none'",
      'style-src': "'self' https://fonts.googleapis.com",
      'img-src': "'self' data: blob: https://*.stripe.com https://res.cloudinary.com",
      'font-src': "'self' https://fonts.gstatic.com",
      'connect-src': "'self' https://api.stripe.com https://api.cloudinary.com wss://live.shop.example",
      'media-src': "'self' https://res.cloudinary.com",
      'manifest-src': "'self'",
      'worker-src': "'self'",
      'frame-src': 'https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com',
      'base-uri': "'none'",
      'object-src': "'none'",
      'frame-ancestors': "'none'",
      'form-action': "'self'",
      'upgrade-insecure-requests': '',
    })
    expect(headers['permissions-policy']).toContain('payment=(self "https://js.stripe.com")')
    expect(headers).not.toHaveProperty('cache-control')
    expect(headers).not.toHaveProperty('cross-origin-embedder-policy')
  })

  it('gives each answer nonces of its own, one for scripts and one for styles', async () => {
    const app = express()
    app.use(securityHeaders({ preset: 'web', nonces: true }))
    app.get('/', (req, res) => void res.json(getNonces(req)))
    await using server = await serve(app)
    const seen = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const { headers, body } = await rawRequest(server.url, {})
      const { script, style } = JSON.parse(body) as { script: string; style: string }
      expect(policyOf(headers)).toMatchObject({
        'script-src': `'self' 'nonce-${script}'`,
        'style-src': `'self' 'nonce-${style}'`,
        'default-src': "'none'",
        'form-action': "'self'",
      })
      seen.add(script).add(style)
      expect(Buffer.from(script, 'base64')).toHaveLength(16)
    }
    expect(seen.size).toBe(6)
  })

  it('says that there are no nonces where none were made', async () => {
    const app = express()
    app.use(securityHeaders({ preset: 'web' }))
    app.get('/', (req, res) => {
      expect(() => getNonces(req)).toThrow(/nonces: true/)
      res.send('ok')
    })
    await using server = await serve(app)
    expect((await rawRequest(server.url, {})).status).toBe(200)
  })

  it('names the place of reports for browsers old and new', async () => {
    const headers = await answer({ reportPath: '/csp-reports' })
    expect(headers['reporting-endpoints']).toBe('csp="/csp-reports"')
    expect(headers['content-security-policy']).toContain('report-uri /csp-reports;report-to csp')
  })

  it("scores 150 with the api preset, and 140 with the web preset, by the rules of MDN's Observatory", async () => {
    const https = { 'X-Forwarded-Proto': 'https' }
    expect(observatoryScore(await answer({}, '/', https))).toBe(150)
    const web: HeadersOptions = { preset: 'web', services: ['stripe', 'cloudinary'], nonces: true }
    expect(observatoryScore(await answer(web, '/', https))).toBe(140)
    expect(observatoryScore({})).toBeLessThan(50)
  })

  it('lets pages load over http outside production', async () => {
    const headers = await answer({ preset: 'web', production: false })
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
  })

  it('sends HSTS over https in production, and nowhere else', async () => {
    const https = { 'X-Forwarded-Proto': 'https' }
    expect((await answer({}, '/', https))['strict-transport-security']).toBe(
      'max-age=31536000; includeSubDomains',
    )
    expect(
      (await answer({ hstsMaxAgeSeconds: 600, hstsIncludeSubDomains: false }, '/', https))[
        'strict-transport-security'
      ],
    ).toBe('max-age=600')
    expect(await answer({})).not.toHaveProperty('strict-transport-security')
    expect(await answer({ production: false }, '/', https)).not.toHaveProperty('strict-transport-security')
  })

  it('keeps the answers below the named paths out of caches, as Express matches paths', async () => {
    const options: HeadersOptions = { preset: 'web', noStorePaths: ['/api/'] }
    for (const path of ['/api', '/api/', '/api/orders', '/API/orders', '/api?x=1']) {
      expect(await answer(options, path), path).toHaveProperty('cache-control', 'no-store')
    }
    for (const path of ['/', '/apiary', '/shop/api']) {
      expect(await answer(options, path), path).not.toHaveProperty('cache-control')
    }
  })

  it('lets a handler choose its own caching', async () => {
    expect(await answer({}, '/cached')).toHaveProperty('cache-control', 'public, max-age=60')
  })

  it('opens a browser feature that is named', async () => {
    const headers = await answer({ features: { camera: 'self', 'window-management': 'self' } })
    expect(headers['permissions-policy']).toMatch(/camera=\(self\).*window-management=\(self\)/)
    expect(headers['permissions-policy']).toContain('microphone=()')
  })
})

function policyOf(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    String(headers['content-security-policy'])
      .split(';')
      .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1).join(' ')]),
  )
}

describe('securityHeaders()', () => {
  it.each([
    [{ preset: 'site' }, /Use "api" or "web"/],
    [{ sources: { img: ['https://a.example'] } }, /sources belongs to preset "web"/],
    [{ noStorePaths: ['/api'] }, /noStorePaths belongs to preset "web"/],
    [{ preset: 'web', noStorePaths: ['api'] }, /must start with "\/"/],
    [{ preset: 'web', sources: { script: ["'unsafe-inline'"] } }, /lets injected scripts run/],
    [{ preset: 'web', sources: { script: ['*'] } }, /lets injected scripts run/],
    [{ preset: 'web', sources: { img: ['https://a.example; script-src *'] } }, /./],
    [{ preset: 'web', services: ['paypal'] }, /service "paypal" is not known/],
    [{ preset: 'web', sockets: ['https://a.example'] }, /is no socket/],
    [{ preset: 'web', sockets: ['wss://a.example; script-src *'] }, /is no socket/],
    [{ nonces: true }, /nonces belongs to preset "web"/],
    [{ reportPath: 'https://evil.example' }, /reportPath is a path/],
    [{ preset: 'web', sources: { imgs: [] } }, /Did you mean "img"/],
    [{ hstsMaxAgeSeconds: 1.5 }, /whole number/],
    [{ features: { 'camera=*, x': 'self' } }, /cannot be set so/],
    [{ features: { camera: '*' } }, /cannot be set so/],
    [{ presett: 'web' }, /Did you mean "preset"/],
  ])('refuses %j', (options, message) => {
    expect(() => securityHeaders(options as HeadersOptions)).toThrow(message)
  })
})
