import { Router } from 'express'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createSecurity, type SecurityOptions } from '@ementech/security'
import { createApp } from '../src/app.js'
import type { Env } from '../src/env.js'
import { securityOptions, type Security } from '../src/security.js'
import { account } from '../../../../packages/sandbox/src/stripe/settings.js'
import { databases } from './support.js'

const database = databases()
const secret = 'a secret of the tests, which protects nothing'

const env = {
  APP_ENV: 'production',
  TRUST_PROXY: 1,
  ALLOWED_ORIGINS: ['https://shop.example'],
  RATE_LIMIT_WINDOW_MS: 900_000,
  RATE_LIMIT_MAX_REQUESTS: 5,
  RATE_LIMIT_AUTH_WINDOW_MS: 900_000,
  RATE_LIMIT_AUTH_MAX: 1,
  JWT_ISSUER: 'https://shop.example',
  JWT_AUDIENCE: 'shop',
  JWT_ALGORITHM: 'HS256',
  JWT_ACCESS_SECRET: secret,
  JWT_ACCESS_EXPIRY: 900,
  JWT_REFRESH_SECRET: secret,
  JWT_REFRESH_EXPIRY: 86_400,
  STRIPE_PUBLISHABLE_KEY: 'pk_test_of_the_shop',
} as unknown as Env

/** The shop with its security, of which `changes` turn a part off. No route behind it is reached. */
async function serveShop(changes: Partial<SecurityOptions> = {}, settings: Partial<Env> = {}) {
  const silent = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Console
  const accounts = {
    byId: async () => undefined,
    byPassword: async () => Promise.reject(new Error('reached')),
  }
  const options = await securityOptions({
    env: { ...env, ...settings },
    connection: database.create(),
    accounts,
    redis: undefined,
    logger: silent,
  })
  const app = createApp({
    env,
    shop: {
      payments: { webhooks: Router() },
      answers: Router(),
      pictures: { upload: Router() },
      ...{ accounts, products: {}, orders: {}, catalogue: {} },
    } as never,
    security: createSecurity({ ...options, ...changes } as SecurityOptions & typeof options) as Security,
    online: {} as never,
    hangUp() {},
    health: Router(),
    webDir: import.meta.dirname,
  })
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    send: (path: string, { body, ...headers }: Record<string, string> = {}) =>
      fetch(`${url}${path}`, {
        ...(body !== undefined && { method: 'POST', body }),
        headers: { 'X-Forwarded-Proto': 'https', 'Content-Type': 'application/json', ...headers },
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Send = Awaited<ReturnType<typeof serveShop>>['send']

const codeOf = async (answer: Response) => ((await answer.json()) as { code?: string }).code

/** What each part does for the shop: whether it does it, asked over HTTP, and how the part is turned off. */
const parts: Record<string, { off: Partial<SecurityOptions>; works: (send: Send) => Promise<boolean> }> = {
  headers: {
    off: { headers: false },
    async works(send) {
      const { headers } = await send('/api/nowhere')
      const policy = headers.get('Content-Security-Policy') ?? ''
      return (
        policy.includes("default-src 'none'") &&
        policy.includes('https://js.stripe.com') &&
        policy.includes('https://res.cloudinary.com') &&
        headers.has('Strict-Transport-Security') &&
        headers.get('Cache-Control') === 'no-store'
      )
    },
  },
  cors: {
    off: { cors: undefined as never },
    async works(send) {
      const own = await send('/api/nowhere', { Origin: 'https://shop.example' })
      const foreign = await send('/api/nowhere', { Origin: 'https://evil.example' })
      return (
        own.headers.get('Access-Control-Allow-Origin') === 'https://shop.example' && foreign.status === 403
      )
    },
  },
  'the general limit': {
    off: { rateLimit: { general: false } },
    async works(send) {
      for (let i = 0; i < 5; i++) await send('/api/nowhere')
      const refused = await send('/api/nowhere')
      return refused.status === 429 && refused.headers.has('Retry-After')
    },
  },
  'the limit of logins': {
    off: { rateLimit: { general: false, store: forgetful() } },
    async works(send) {
      const login = () => send('/api/auth/login', { body: '{"email":"a@shop.example","password":1}' })
      for (let i = 0; i < 4; i++) await login()
      return (await login()).status === 429
    },
  },
  'reports of the policy': {
    off: { cspReports: undefined as never },
    works: async (send) =>
      (await send('/csp-reports', { body: '{}', 'Content-Type': 'application/csp-report' })).status === 204,
  },
  'limits of bodies': {
    off: { body: { maxJsonBytes: 1_000_000 } },
    works: async (send) =>
      (await send('/api/auth/login', { body: JSON.stringify({ email: 'a'.repeat(70_000) }) })).status === 413,
  },
  'the injection guard': {
    off: { injectionGuard: false },
    works: async (send) =>
      (await codeOf(await send('/api/auth/login', { body: '{"email":{"$ne":""}}' }))) ===
      'SECURITY_INPUT_REFUSED',
  },
  csrf: {
    off: { csrf: false },
    works: async (send) =>
      (await codeOf(
        await send('/api/auth/refresh', { body: '{}', Cookie: 'a=1', 'Sec-Fetch-Site': 'cross-site' }),
      )) === 'SECURITY_CSRF_CROSS_SITE',
  },
  'errors that tell nothing': {
    off: { production: false, cors: undefined as never },
    async works(send) {
      const answer = await send('/api/auth/login', {
        body: '{"email":"a@shop.example","password":"12345678"}',
      })
      return answer.status === 500 && !(await answer.text()).includes('reached')
    },
  },
}

describe("the shop's security", () => {
  it.each(Object.entries(parts))('has %s, and without it this test is red', async (_name, { off, works }) => {
    await using shop = await serveShop()
    expect(await works(shop.send)).toBe(true)
    await using open = await serveShop(off)
    expect(await works(open.send)).toBe(false)
  })

  it('counts no page and none of its files against the general limit, but gives them its headers', async () => {
    await using shop = await serveShop()
    for (let i = 0; i < 6; i++) {
      for (const path of ['/support.ts', '/assets/none.js', '/apiary']) {
        const answer = await shop.send(path)
        expect(answer.status).not.toBe(429)
        expect(answer.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
      }
    }
    // Express takes these for the API; so does the limit.
    for (const path of ['/api/nowhere', '/API/nowhere', '/Api', '/api/', '/api?x']) {
      expect((await shop.send(path)).status).toBe(404)
    }
    expect((await shop.send('/aPi/nowhere')).status).toBe(429)
    expect((await shop.send('/support.ts', { body: '{}' })).status).toBe(429)
    expect((await shop.send('/support.ts')).status).toBe(200)
  })

  it("lets Stripe's scripts and frames in where cards are entered in the pages, and nowhere else", async () => {
    const policyOf = async (STRIPE_PUBLISHABLE_KEY: string | undefined) => {
      await using shop = await serveShop({}, { STRIPE_PUBLISHABLE_KEY })
      return (await shop.send('/api/nowhere')).headers.get('Content-Security-Policy')
    }
    expect(await policyOf('pk_test_of_the_shop')).toContain('https://js.stripe.com')
    expect(await policyOf(account.publishableKey)).not.toContain('stripe.com')
    expect(await policyOf(undefined)).not.toContain('stripe.com')
  })
})

/** Counts nothing. */
function forgetful() {
  const taken = { isAllowed: true, used: 1, resetMs: 1 }
  return { isShared: false, take: () => taken, block() {}, reset() {} }
}
