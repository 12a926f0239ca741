import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe as group, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import {
  allOrNone,
  createEnv,
  describe,
  httpUrl,
  presets,
  secret,
  type EnvShape,
  type Stage,
} from '../src/index.js'
import { goodSecret, issuesOf, refusals } from './support.js'

/** The template of the deployment guide (§1.1, §4.2), and what its code reads besides. */
const guide = `NODE_ENV PORT APP_NAME APP_URL API_URL
  MONGODB_URI DB_NAME DB_MAX_POOL_SIZE DB_MIN_POOL_SIZE DB_SOCKET_TIMEOUT_MS DB_CONNECT_TIMEOUT_MS DB_SERVER_SELECTION_TIMEOUT_MS
  JWT_ACCESS_SECRET JWT_REFRESH_SECRET JWT_ACCESS_EXPIRY JWT_REFRESH_EXPIRY JWT_ALGORITHM JWT_PRIVATE_KEY JWT_PUBLIC_KEY
  ALLOWED_ORIGINS ALLOWED_METHODS ALLOWED_CREDENTIALS
  CLOUDINARY_CLOUD_NAME CLOUDINARY_API_KEY CLOUDINARY_API_SECRET CLOUDINARY_UPLOAD_PRESET CLOUDINARY_FOLDER
  STRIPE_SECRET_KEY STRIPE_PUBLISHABLE_KEY STRIPE_WEBHOOK_SECRET STRIPE_ENDPOINT_SECRET
  MPESA_CONSUMER_KEY MPESA_CONSUMER_SECRET MPESA_PASSKEY MPESA_SHORTCODE MPESA_CALLBACK_URL MPESA_ENVIRONMENT MPESA_CALLBACK_SECRET
  SOCKET_PORT SOCKET_PATH SOCKET_CORS_ORIGINS EMAIL_SERVICE EMAIL_API_KEY EMAIL_FROM
  RATE_LIMIT_WINDOW_MS RATE_LIMIT_MAX_REQUESTS RATE_LIMIT_AUTH_WINDOW_MS RATE_LIMIT_AUTH_MAX
  LOG_LEVEL SENTRY_DSN REDIS_URL REDIS_PASSWORD ELASTICSEARCH_URL
  VITE_API_URL VITE_APP_URL VITE_STRIPE_PUBLISHABLE_KEY VITE_ENABLE_ANALYTICS`.split(/\s+/)

const all = () => Object.values(presets).map((preset) => (preset as () => EnvShape)())

const run = (schema: EnvShape, source: Record<string, string>, stage: Stage = 'production') =>
  refusals(() => createEnv({ schema, source, stage }))
const accepts = <S extends EnvShape>(
  schema: S,
  source: Record<string, string>,
  stage: Stage = 'production',
) => createEnv({ schema, source, stage })
const messageOf = (schema: EnvShape, source: Record<string, string>, stage: Stage = 'production') =>
  issuesOf(() => createEnv({ schema, source, stage }))[0]!.message

group('the presets', () => {
  it('declare every variable of the guide', () => {
    const declared = new Set(all().flatMap((shape) => Object.keys(shape)))
    expect(guide.filter((name) => !declared.has(name))).toEqual([])
  })

  it('describe every variable', () => {
    for (const shape of all())
      for (const [name, schema] of Object.entries(shape)) {
        const text = [schema, (schema as z.ZodOptional<z.ZodType>)._zod.def.innerType].map(
          (layer) => layer?.meta()?.['description'],
        )
        expect(text.some(Boolean), name).toBe(true)
      }
  })

  it('have no default for a secret, in any stage', () => {
    for (const shape of all()) {
      const env = (() => {
        try {
          return createEnv({ schema: allOrNone(shape), source: {}, stage: 'development' })
        } catch {
          return undefined
        }
      })()
      if (!env) continue
      for (const { name, secret, defaultUsed } of describe(env).variables)
        expect(secret && defaultUsed, name).toBe(false)
    }
  })

  it('refuse options that they do not know', () => {
    expect(() => presets.mpesa({ dangerouslyAllowBaseUrl: true } as never)).toThrow(
      /dangerouslyAllowBaseUrlInProduction/,
    )
    expect(() => presets.stripe({ allowTest: true } as never)).toThrow(TypeError)
  })
})

group('server', () => {
  const good = {
    NODE_ENV: 'production',
    APP_URL: 'https://shop.example',
    API_URL: 'https://api.shop.example',
  }

  it('starts without any variable in development', () => {
    const env = createEnv({ schema: presets.server(), source: {} })
    expect(env).toMatchObject({
      PORT: 5000,
      HOST: '127.0.0.1',
      NODE_ENV: 'development',
      TRUST_PROXY: false,
      APP_URL: 'http://localhost:5173',
    })
    expectTypeOf(env.TRUST_PROXY).toEqualTypeOf<number | false | readonly string[]>()
  })

  it('wants NODE_ENV=production in staging and production, and real URLs', () => {
    expect(accepts(presets.server(), good).PORT).toBe(5000)
    expect(run(presets.server(), { ...good, NODE_ENV: 'development' }, 'staging')).toEqual([
      'NODE_ENV unsafe',
    ])
    expect(run(presets.server(), { ...good, NODE_ENV: '' })).toEqual(['NODE_ENV missing'])
    expect(
      run(presets.server(), { ...good, APP_URL: 'http://shop.example', API_URL: 'https://localhost' }),
    ).toEqual(['APP_URL unsafe', 'API_URL unsafe'])
    expect(
      accepts(
        { ...presets.server(), API_URL: httpUrl({ internal: true }) },
        { ...good, API_URL: 'http://10.0.0.2' },
      ).API_URL,
    ).toBe('http://10.0.0.2')
  })

  it('takes a number of proxies or their addresses, but not all the world', () => {
    const trust = (text: string) => accepts(presets.server(), { ...good, TRUST_PROXY: text }).TRUST_PROXY
    expect([trust('1'), trust('false'), trust('0'), trust('loopback, 10.0.0.0/8,::1/128')]).toEqual([
      1,
      false,
      false,
      ['loopback', '10.0.0.0/8', '::1/128'],
    ])
    for (const text of ['true', '-1', '10.0.0.0/33', 'proxy.example', '1.5']) {
      expect(run(presets.server(), { ...good, TRUST_PROXY: text })[0]).toMatch(/^TRUST_PROXY/)
    }
  })
})

group('cors', () => {
  it('takes origins, and * only without credentials', () => {
    const schema = presets.cors()
    expect(
      accepts(schema, { ALLOWED_ORIGINS: 'https://a.example, https://b.example' }).ALLOWED_ORIGINS,
    ).toEqual(['https://a.example', 'https://b.example'])
    expect(accepts(schema, { ALLOWED_ORIGINS: '*', ALLOWED_CREDENTIALS: 'false' }).ALLOWED_ORIGINS).toEqual([
      '*',
    ])
    expect(run(schema, { ALLOWED_ORIGINS: '*' })).toEqual(['ALLOWED_ORIGINS conflict'])
    expect(run(schema, { ALLOWED_ORIGINS: '*,https://a.example', ALLOWED_CREDENTIALS: 'false' })).toEqual([
      'ALLOWED_ORIGINS conflict',
    ])
    expect(run(schema, { ALLOWED_ORIGINS: 'http://localhost:5173' })).toEqual(['ALLOWED_ORIGINS unsafe'])
    expect(run(schema, {})).toEqual(['ALLOWED_ORIGINS missing'])
    expect(run(schema, { ALLOWED_ORIGINS: 'https://a.example', ALLOWED_METHODS: 'GET,TRACE' })).toEqual([
      'ALLOWED_METHODS invalid',
    ])
  })
})

group('mongo', () => {
  const MONGODB_URI = `mongodb+srv://shop:${goodSecret()}@c.mongodb.net/shop`

  it('keeps the pool and the database in order', () => {
    expect(accepts(presets.mongo(), { MONGODB_URI }).DB_MAX_POOL_SIZE).toBe(10)
    expect(run(presets.mongo(), { MONGODB_URI, DB_MIN_POOL_SIZE: '11' })).toEqual([
      'DB_MIN_POOL_SIZE conflict',
    ])
    expect(run(presets.mongo(), { MONGODB_URI, DB_NAME: 'other' })).toEqual(['DB_NAME conflict'])
    expect(accepts(presets.mongo(), { MONGODB_URI, DB_NAME: 'shop' }).DB_NAME).toBe('shop')
    expect(run(presets.mongo(), {}, 'development')).toEqual(['MONGODB_URI missing'])
  })

  it('warns of a connection without TLS to another machine', () => {
    const warnings = (MONGODB_URI: string) =>
      describe(accepts(presets.mongo(), { MONGODB_URI })).warnings.length
    expect([
      warnings(MONGODB_URI),
      warnings('mongodb://127.0.0.1:27017/x'),
      warnings('mongodb://db:27017/x?tls=true'),
      warnings('mongodb://db:27017/x'),
    ]).toEqual([0, 0, 0, 1])
  })
})

group('redis', () => {
  it('puts the password into the URL, and refuses a second one', () => {
    const REDIS_PASSWORD = `${goodSecret()}/@`
    const env = accepts(presets.redis(), { REDIS_URL: 'redis://127.0.0.1:6379', REDIS_PASSWORD })
    expect(decodeURIComponent(new URL(env.REDIS_URL).password)).toBe(REDIS_PASSWORD)
    expect(describe(env).variables.find(({ name }) => name === 'REDIS_URL')!.source).toBe(
      'REDIS_URL and REDIS_PASSWORD',
    )
    const REDIS_URL = `rediss://:${goodSecret()}@cache.example:6380`
    expect(run(presets.redis(), { REDIS_URL, REDIS_PASSWORD })).toEqual(['REDIS_PASSWORD conflict'])
    expect(describe(accepts(presets.redis(), { REDIS_URL: 'redis://cache.example' })).warnings).toMatchObject(
      [{ name: 'REDIS_URL', code: 'unsafe' }],
    )
  })
})

group('jwt', () => {
  const names = { JWT_ISSUER: 'https://api.shop.example', JWT_AUDIENCE: 'shop' }
  const pair = (type: 'rsa' | 'ec' | 'ed25519', options: object = {}) => {
    const encodings = {
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }
    const { privateKey, publicKey } = (
      generateKeyPairSync as (...args: unknown[]) => { privateKey: string; publicKey: string }
    )(type, { ...options, ...encodings })
    return { JWT_PRIVATE_KEY: privateKey, JWT_PUBLIC_KEY: publicKey }
  }
  const rsa = pair('rsa', { modulusLength: 2048 })
  const ec = pair('ec', { namedCurve: 'P-256' })

  it('wants a key pair for RS256, the default', () => {
    expect(accepts(presets.jwt(), { ...names, ...rsa })).toMatchObject({
      JWT_ALGORITHM: 'RS256',
      JWT_ACCESS_EXPIRY: 900,
      JWT_REFRESH_EXPIRY: 604_800,
    })
    expect(run(presets.jwt(), { ...names, JWT_ACCESS_SECRET: goodSecret() })).toEqual([
      'JWT_PRIVATE_KEY missing',
      'JWT_PUBLIC_KEY missing',
    ])
  })

  it('wants a pair that belongs together, fits the algorithm and is long enough', () => {
    const other = pair('ec', { namedCurve: 'P-256' })
    expect(run(presets.jwt(), { ...names, ...ec })).toEqual([
      'JWT_PRIVATE_KEY conflict',
      'JWT_PUBLIC_KEY conflict',
    ])
    expect(accepts(presets.jwt(), { ...names, ...ec, JWT_ALGORITHM: 'ES256' }).JWT_ALGORITHM).toBe('ES256')
    expect(run(presets.jwt(), { ...names, ...ec, JWT_ALGORITHM: 'ES384' })).toHaveLength(2)
    expect(
      accepts(presets.jwt(), { ...names, ...pair('ed25519'), JWT_ALGORITHM: 'EdDSA' }).JWT_ALGORITHM,
    ).toBe('EdDSA')
    expect(
      run(presets.jwt(), { ...names, ...ec, JWT_PUBLIC_KEY: other.JWT_PUBLIC_KEY, JWT_ALGORITHM: 'ES256' }),
    ).toEqual(['JWT_PUBLIC_KEY conflict'])
    expect(run(presets.jwt(), { ...names, ...pair('rsa', { modulusLength: 1024 }) })).toHaveLength(2)
  })

  it('wants secrets as long as the hash for HS*, and two different ones', () => {
    const hs = (length: number, more: object = {}) => ({
      ...names,
      JWT_ALGORITHM: 'HS256',
      JWT_ACCESS_SECRET: randomBytes(length).toString('base64url').slice(0, length),
      ...more,
    })
    expect(accepts(presets.jwt(), hs(32)).JWT_REFRESH_SECRET).toBeUndefined()
    expect(run(presets.jwt(), hs(31))).toEqual(['JWT_ACCESS_SECRET weak'])
    expect(run(presets.jwt(), hs(63, { JWT_ALGORITHM: 'HS512' }))).toEqual(['JWT_ACCESS_SECRET weak'])
    expect(accepts(presets.jwt(), hs(64, { JWT_ALGORITHM: 'HS512' })).JWT_ALGORITHM).toBe('HS512')
    expect(run(presets.jwt(), { ...names, JWT_ALGORITHM: 'HS256' })).toEqual(['JWT_ACCESS_SECRET missing'])
    const JWT_ACCESS_SECRET = goodSecret()
    expect(
      run(presets.jwt(), hs(32, { JWT_ACCESS_SECRET, JWT_REFRESH_SECRET: JWT_ACCESS_SECRET }), 'development'),
    ).toEqual(['JWT_REFRESH_SECRET conflict'])
    expect(run(presets.jwt(), { ...names, JWT_ALGORITHM: 'none' })).toEqual(['JWT_ALGORITHM invalid'])
  })

  it('wants an issuer and an audience, and a refresh token that outlives the access token', () => {
    expect(run(presets.jwt(), { ...rsa, JWT_ISSUER: '' })).toEqual([
      'JWT_ISSUER missing',
      'JWT_AUDIENCE missing',
    ])
    expect(run(presets.jwt(), { ...names, ...rsa, JWT_REFRESH_EXPIRY: '15m' })).toEqual([
      'JWT_REFRESH_EXPIRY conflict',
    ])
    expect(run(presets.jwt(), { ...names, ...rsa, JWT_ACCESS_EXPIRY: '900' })).toEqual([
      'JWT_ACCESS_EXPIRY invalid',
    ])
  })
})

group('cookies', () => {
  it('are secure in production', () => {
    const COOKIE_SECRET = goodSecret()
    expect(accepts(presets.cookies(), { COOKIE_SECRET })).toMatchObject({
      COOKIE_SECURE: true,
      COOKIE_SAME_SITE: 'lax',
    })
    expect(accepts(presets.cookies(), { COOKIE_SECRET }, 'development').COOKIE_SECURE).toBe(false)
    expect(run(presets.cookies(), { COOKIE_SECRET, COOKIE_SECURE: 'false' })).toEqual([
      'COOKIE_SECURE unsafe',
    ])
    expect(run(presets.cookies(), { COOKIE_SECRET, COOKIE_SAME_SITE: 'none' }, 'development')).toEqual([
      'COOKIE_SAME_SITE conflict',
    ])
    expect(run(presets.cookies(), { COOKIE_SECRET, COOKIE_DOMAIN: 'localhost' })).toEqual([
      'COOKIE_DOMAIN unsafe',
    ])
    expect(run(presets.cookies(), { COOKIE_SECRET, COOKIE_DOMAIN: 'https://shop.example' })).toEqual([
      'COOKIE_DOMAIN invalid',
    ])
  })
})

group('stripe', () => {
  const keys = (mode: string) => ({
    STRIPE_SECRET_KEY: `sk_${mode}_${randomBytes(18).toString('hex')}`,
    STRIPE_PUBLISHABLE_KEY: `pk_${mode}_${randomBytes(18).toString('hex')}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${goodSecret()}`,
  })

  it('takes live keys in production and test keys elsewhere, unless told otherwise', () => {
    expect(accepts(presets.stripe(), keys('live')).STRIPE_WEBHOOK_SECRET).toHaveLength(1)
    expect(accepts(presets.stripe(), keys('test'), 'staging')).toBeTruthy()
    expect(run(presets.stripe(), keys('test'))).toEqual(['STRIPE_SECRET_KEY unsafe'])
    for (const stage of ['staging', 'development', 'test'] as const)
      expect(run(presets.stripe(), keys('live'), stage)).toEqual(['STRIPE_SECRET_KEY unsafe'])
    expect(messageOf(presets.stripe(), keys('test'))).toContain('dangerouslyAllowTestKeysInProduction')
    expect(accepts(presets.stripe({ dangerouslyAllowTestKeysInProduction: true }), keys('test'))).toBeTruthy()
    expect(
      accepts(presets.stripe({ dangerouslyAllowLiveKeysOutsideProduction: true }), keys('live'), 'staging'),
    ).toBeTruthy()
    const restricted = { ...keys('live'), STRIPE_SECRET_KEY: `rk_live_${randomBytes(18).toString('hex')}` }
    expect(run(presets.stripe(), restricted, 'test')).toEqual(['STRIPE_SECRET_KEY unsafe'])
  })

  it('wants one mode for both keys, and each key in its place', () => {
    const mixed = { ...keys('live'), STRIPE_PUBLISHABLE_KEY: keys('test').STRIPE_PUBLISHABLE_KEY }
    expect(run(presets.stripe(), mixed)).toEqual(['STRIPE_PUBLISHABLE_KEY conflict'])
    expect(
      run(presets.stripe(), { ...keys('live'), STRIPE_PUBLISHABLE_KEY: keys('live').STRIPE_SECRET_KEY }),
    ).toEqual(['STRIPE_PUBLISHABLE_KEY invalid'])
    expect(
      run(presets.stripe(), { ...keys('live'), STRIPE_WEBHOOK_SECRET: 'whsec_your_webhook_signing_secret' }),
    ).toEqual(['STRIPE_WEBHOOK_SECRET weak'])
  })

  it('takes two webhook secrets while rotating, and the old name with a warning', () => {
    const [first, second] = [`whsec_${goodSecret()}`, `whsec_${goodSecret()}`]
    expect(
      accepts(presets.stripe(), { ...keys('live'), STRIPE_WEBHOOK_SECRET: `${first},${second}` })
        .STRIPE_WEBHOOK_SECRET,
    ).toEqual([first, second])
    const old = { ...keys('live'), STRIPE_WEBHOOK_SECRET: '', STRIPE_ENDPOINT_SECRET: first }
    expect(accepts(presets.stripe(), old).STRIPE_WEBHOOK_SECRET).toEqual([first])
    expect(describe(accepts(presets.stripe(), old)).warnings).toMatchObject([
      { name: 'STRIPE_ENDPOINT_SECRET', code: 'deprecated' },
    ])
    expect(run(presets.stripe(), { ...old, STRIPE_WEBHOOK_SECRET: second })).toEqual([
      'STRIPE_ENDPOINT_SECRET conflict',
    ])
  })
})

group('mpesa', () => {
  const good = {
    MPESA_ENVIRONMENT: 'production',
    MPESA_CONSUMER_KEY: randomBytes(24).toString('base64url'),
    MPESA_CONSUMER_SECRET: goodSecret(),
    MPESA_SHORTCODE: '600123',
    MPESA_PASSKEY: randomBytes(32).toString('hex'),
    MPESA_CALLBACK_URL: 'https://api.shop.example/hooks/pay',
    MPESA_CALLBACK_SECRET: goodSecret(),
  }
  const sandbox = { ...good, MPESA_ENVIRONMENT: 'sandbox', MPESA_SHORTCODE: '174379' }

  it('takes production credentials in production and the sandbox elsewhere, unless told otherwise', () => {
    expect(accepts(presets.mpesa(), good).MPESA_CALLBACK_SECRET).toEqual([good.MPESA_CALLBACK_SECRET])
    expect(accepts(presets.mpesa(), sandbox, 'staging').MPESA_SHORTCODE).toBe('174379')
    expect(run(presets.mpesa(), sandbox)).toEqual(['MPESA_ENVIRONMENT unsafe'])
    expect(run(presets.mpesa(), good, 'staging')).toEqual(['MPESA_ENVIRONMENT unsafe'])
    expect(accepts(presets.mpesa({ dangerouslyAllowTestKeysInProduction: true }), sandbox)).toBeTruthy()
    expect(
      accepts(presets.mpesa({ dangerouslyAllowLiveKeysOutsideProduction: true }), good, 'test'),
    ).toBeTruthy()
  })

  it('refuses the public sandbox credentials in production', () => {
    const MPESA_PASSKEY = 'bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919'
    expect(run(presets.mpesa(), { ...good, MPESA_SHORTCODE: '174379', MPESA_PASSKEY })).toEqual([
      'MPESA_SHORTCODE conflict',
      'MPESA_PASSKEY conflict',
    ])
    expect(accepts(presets.mpesa(), { ...sandbox, MPESA_PASSKEY }, 'development')).toBeTruthy()
  })

  it('knows no default for the environment, and needs all of its variables', () => {
    expect(run(presets.mpesa(), {}, 'development')).toHaveLength(7)
  })

  it('takes another base URL for a local sandbox only', () => {
    const local = {
      ...sandbox,
      MPESA_BASE_URL: 'http://127.0.0.1:4010',
      MPESA_CALLBACK_URL: 'http://localhost:5000/hooks/pay',
    }
    for (const stage of ['development', 'test'] as const)
      expect(accepts(presets.mpesa(), local, stage).MPESA_BASE_URL).toBe('http://127.0.0.1:4010')
    expect(
      run(presets.mpesa(), { ...local, MPESA_BASE_URL: 'http://sandbox.example' }, 'development'),
    ).toEqual(['MPESA_BASE_URL invalid', 'MPESA_CALLBACK_URL unsafe'])
    const options = { dangerouslyAllowTestKeysInProduction: true }
    expect(run(presets.mpesa(options), local)).toEqual(['MPESA_BASE_URL unsafe', 'MPESA_CALLBACK_URL unsafe'])
    expect(run(presets.mpesa(), { ...good, MPESA_BASE_URL: 'https://proxy.example' })).toEqual([
      'MPESA_BASE_URL unsafe',
    ])
    expect(
      accepts(presets.mpesa({ ...options, dangerouslyAllowBaseUrlInProduction: true }), local),
    ).toBeTruthy()
  })

  it('wants a callback URL that Daraja calls', () => {
    const callback = (MPESA_CALLBACK_URL: string) =>
      run(presets.mpesa(), { ...sandbox, MPESA_CALLBACK_URL }, 'staging')
    for (const url of [
      'http://api.shop.example/pay',
      'https://api.shop.example/mpesa',
      'https://safaricom.shop.example',
      'https://a.example/?x=1',
      'https://a.example/sql/x',
    ]) {
      expect(callback(url)).toEqual(['MPESA_CALLBACK_URL invalid'])
    }
    for (const url of [
      'https://localhost/pay',
      'https://192.168.1.5/pay',
      'https://10.1.1.1',
      'https://shop.local',
      'https://server',
    ]) {
      expect(callback(url)).toEqual(['MPESA_CALLBACK_URL unsafe'])
    }
    expect(
      accepts(
        presets.mpesa(),
        { ...sandbox, MPESA_CALLBACK_URL: 'https://executive.example/pay' },
        'staging',
      ),
    ).toBeTruthy()
  })

  it('takes the initiator of refunds whole, or not at all', () => {
    const initiator = {
      MPESA_INITIATOR_NAME: 'shop-api',
      MPESA_INITIATOR_PASSWORD: 'S4fe!Enough#1',
      MPESA_CERTIFICATE: certificate.replaceAll('\n', '\\n'),
    }
    const env = accepts(presets.mpesa(), { ...good, ...initiator })
    expect(env.MPESA_CERTIFICATE?.trim()).toBe(certificate.trim())
    expect(accepts(presets.mpesa(), good).MPESA_INITIATOR_NAME).toBeUndefined()
    for (const left of Object.keys(initiator)) {
      expect(run(presets.mpesa(), { ...good, ...initiator, [left]: '' })).toEqual([`${left} missing`])
    }
    expect(run(presets.mpesa(), { ...good, ...initiator, MPESA_CERTIFICATE: 'x.cer' })).toEqual([
      'MPESA_CERTIFICATE invalid',
    ])
    expect(JSON.parse(JSON.stringify(env))).toMatchObject({
      MPESA_INITIATOR_NAME: 'shop-api',
      MPESA_INITIATOR_PASSWORD: '[secret]',
    })
  })

  it('asks for no initiator where M-Pesa itself is left out', () => {
    expect(accepts(allOrNone(presets.mpesa()), {}).MPESA_INITIATOR_NAME).toBeUndefined()
    expect(run(allOrNone(presets.mpesa()), { ...good, MPESA_INITIATOR_NAME: 'shop-api' })).toEqual([
      'MPESA_INITIATOR_PASSWORD missing',
      'MPESA_CERTIFICATE missing',
    ])
  })

  it('takes several callback secrets, each of 32 bytes', () => {
    const [first, second] = [goodSecret(), goodSecret()]
    expect(
      accepts(presets.mpesa(), { ...good, MPESA_CALLBACK_SECRET: `${first},${second}` })
        .MPESA_CALLBACK_SECRET,
    ).toEqual([first, second])
    expect(messageOf(presets.mpesa(), { ...good, MPESA_CALLBACK_SECRET: `${first},short` })).toMatch(
      /^item 2 is shorter than 32 bytes/,
    )
  })
})

/** Of nobody; good until 2126. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUfD+lx1VFFuyFhl1xKHUv/dcmxFEwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjYxMjM3MzNaGA8yMTI2MTEwMjEyMzcz
M1owDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOE3
ye171It0ikvjL/3tnmWCcTO0fPppENs9bEClmSL7ZWd0ZbJruZKGN9Ifx31p4EUp
8T3LLCgSl6w5xoAx7SKjUzBRMB0GA1UdDgQWBBTQSi0EUO/TAxa2bwfG1lTrgERa
SDAfBgNVHSMEGDAWgBTQSi0EUO/TAxa2bwfG1lTrgERaSDAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIAaAo0kBIBapfNov3YzoGkToU9S7rt4+ABNc
LvVfrlKLAiA5vy6KH+YXFkLqn9YDbj5Yvw6sBB0Pkgn5PCDQeAKWUg==
-----END CERTIFICATE-----
`

group('the rest', () => {
  it('cloudinary takes three variables or the URL that holds them', () => {
    const parts = {
      CLOUDINARY_CLOUD_NAME: 'shop',
      CLOUDINARY_API_KEY: '123456789012345',
      CLOUDINARY_API_SECRET: goodSecret().slice(0, 27),
    }
    const url = `cloudinary://${parts.CLOUDINARY_API_KEY}:${parts.CLOUDINARY_API_SECRET}@shop`
    expect(accepts(presets.cloudinary(), parts)).toMatchObject(parts)
    expect(accepts(presets.cloudinary(), { CLOUDINARY_URL: url })).toMatchObject(parts)
    expect(run(presets.cloudinary(), { CLOUDINARY_URL: url, CLOUDINARY_CLOUD_NAME: 'other' })).toEqual([
      'CLOUDINARY_CLOUD_NAME conflict',
    ])
    expect(run(presets.cloudinary(), { ...parts, CLOUDINARY_FOLDER: '../x' })).toEqual([
      'CLOUDINARY_FOLDER invalid',
    ])
    expect(run(presets.cloudinary(), { CLOUDINARY_URL: 'cloudinary://x' })).toContain(
      'CLOUDINARY_URL invalid',
    )
  })

  it('cloudinary can be elsewhere, by a variable or by the URL, and in production not on this machine', () => {
    const secretPart = goodSecret().slice(0, 27)
    const url = (query: string) => ({
      CLOUDINARY_URL: `cloudinary://123456789012345:${secretPart}@shop?${query}`,
    })
    const region = 'https://api-eu.cloudinary.com'
    const local = 'http://127.0.0.1:4010'
    const schema = presets.cloudinary()
    expect(accepts(schema, url(`upload_prefix=${encodeURIComponent(region)}&cname=a`))).toMatchObject({
      CLOUDINARY_UPLOAD_PREFIX: region,
      CLOUDINARY_API_SECRET: secretPart,
      CLOUDINARY_CLOUD_NAME: 'shop',
    })
    expect(accepts(schema, url('')).CLOUDINARY_UPLOAD_PREFIX).toBeUndefined()
    const both = { CLOUDINARY_UPLOAD_PREFIX: local, CLOUDINARY_DELIVERY_BASE: local }
    expect(accepts(schema, { ...url(`upload_prefix=${local}`), ...both }, 'development')).toMatchObject(both)
    expect(run(schema, { ...url(`upload_prefix=${region}`), ...both }, 'development')).toEqual([
      'CLOUDINARY_UPLOAD_PREFIX conflict',
    ])
    expect(run(schema, { ...url(''), ...both })).toEqual([
      'CLOUDINARY_UPLOAD_PREFIX unsafe',
      'CLOUDINARY_DELIVERY_BASE unsafe',
    ])
  })

  it('realtime wants a port of its own, or none', () => {
    const schema = { ...presets.server(), ...presets.realtime() }
    expect(accepts(schema, {}, 'development')).toMatchObject({
      SOCKET_PORT: undefined,
      SOCKET_PATH: '/socket.io',
    })
    expect(run(schema, { SOCKET_PORT: '5000' }, 'development')).toEqual(['SOCKET_PORT conflict'])
    expect(run(schema, { SOCKET_PATH: 'socket.io' }, 'development')).toEqual(['SOCKET_PATH invalid'])
  })

  it('email needs a key for a service, a URL for a server of your own, and a service in production', () => {
    expect(accepts(presets.email(), {}, 'development').EMAIL_SERVICE).toBe('console')
    const from = { EMAIL_FROM: 'Shop <orders@shop.example>' }
    expect(run(presets.email(), { ...from, EMAIL_SERVICE: 'sendgrid' })).toEqual(['EMAIL_API_KEY missing'])
    const smtp = { ...from, EMAIL_SERVICE: 'smtp' }
    expect(run(presets.email(), smtp)).toEqual(['SMTP_URL missing'])
    expect(run(presets.email(), { ...smtp, SMTP_URL: 'https://mail.example' })).toEqual(['SMTP_URL invalid'])
    expect(
      accepts(presets.email(), { ...smtp, SMTP_URL: `smtps://soko:${goodSecret()}@mail.soko.co.ke:465` }),
    ).toBeTruthy()
    expect(run(presets.email(), { ...from, EMAIL_SERVICE: 'console' })).toEqual(['EMAIL_SERVICE unsafe'])
    expect(
      accepts(presets.email(), { ...from, EMAIL_SERVICE: 'sendgrid', EMAIL_API_KEY: goodSecret() }),
    ).toBeTruthy()
  })

  it('rateLimit, logging and sentry have defaults for everything', () => {
    const schema = { ...presets.rateLimit(), ...presets.logging(), ...presets.sentry() }
    expect(accepts(schema, {})).toMatchObject({
      RATE_LIMIT_WINDOW_MS: 900_000,
      RATE_LIMIT_AUTH_MAX: 5,
      LOG_LEVEL: 'info',
      SENTRY_TRACES_SAMPLE_RATE: 0.2,
    })
    expect(
      run(schema, {
        RATE_LIMIT_AUTH_MAX: '1000',
        LOG_LEVEL: 'loud',
        SENTRY_DSN: 'http://key@sentry.example/1',
      }),
    ).toEqual(['RATE_LIMIT_AUTH_MAX conflict', 'LOG_LEVEL invalid', 'SENTRY_DSN unsafe'])
    expect(describe(accepts(schema, { LOG_LEVEL: 'debug' })).warnings).toMatchObject([{ name: 'LOG_LEVEL' }])
    expect(run(schema, { ELASTICSEARCH_API_KEY: goodSecret() })).toEqual(['ELASTICSEARCH_URL missing'])
  })

  it('allOrNone leaves a whole service out, or wants all of it', () => {
    const schema = { ...allOrNone(presets.stripe()), ...allOrNone(presets.email()) }
    const env = accepts(schema, {}, 'development')
    expectTypeOf(env.STRIPE_SECRET_KEY).toEqualTypeOf<string | undefined>()
    expect(env.EMAIL_SERVICE).toBeUndefined()
    const STRIPE_SECRET_KEY = `sk_live_${randomBytes(18).toString('hex')}`
    expect(run(schema, { STRIPE_SECRET_KEY })).toEqual([
      'STRIPE_PUBLISHABLE_KEY missing',
      'STRIPE_WEBHOOK_SECRET missing',
    ])
    expect(accepts(allOrNone(presets.jwt()), {}).JWT_ALGORITHM).toBe('RS256')
    expect(
      run(allOrNone(presets.jwt()), { JWT_ALGORITHM: 'HS256', JWT_ACCESS_SECRET: goodSecret() }),
    ).toEqual(['JWT_ISSUER missing', 'JWT_AUDIENCE missing'])
    expect(accepts(allOrNone({ A: secret(), B: z.string().default('b') }), {}).B).toBe('b')
  })
})
