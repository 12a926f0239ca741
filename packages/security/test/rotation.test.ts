import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTokens, jwks, type TokenKey, type TokensOptions } from '../src/index.js'
import { expressVersions, serve } from './serve.js'

const issuer = 'https://shop.example'
const audience = 'shop-api'
const start = 1_800_000_000
const rsa = (kid: string, signFrom?: Date): TokenKey => ({
  kid,
  alg: 'RS256',
  key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ...(signFrom && { signFrom }),
})
const at = (seconds: number) => new Date((start + seconds) * 1000)
const kidOf = (token: string) =>
  (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid

afterEach(() => void vi.useRealTimers())

function startClock() {
  vi.useFakeTimers({ toFake: ['Date'], now: start * 1000 })
  return (seconds: number) => vi.setSystemTime(at(seconds))
}

describe('the rotation of keys', () => {
  const old = rsa('old')
  const next = rsa('next', at(3600))
  const options: TokensOptions = { issuer, audience, keys: [old, next], accessTtlSeconds: 900 }
  const kids = (tokens: ReturnType<typeof createTokens>) => tokens.publicKeys().map(({ kid }) => kid)

  it('publishes the next key before it signs, and keeps the old one for as long as its last token lives', async () => {
    const setTime = startClock()
    const tokens = createTokens(options)
    expect(kids(tokens)).toEqual(['old', 'next'])
    setTime(3599)
    const last = await tokens.sign({ sub: 'u1' })
    expect(kidOf(last)).toBe('old')
    setTime(3600)
    expect(kidOf(await tokens.sign({ sub: 'u1' }))).toBe('next')
    setTime(3599 + 904)
    await expect(tokens.verify(last)).resolves.toMatchObject({ sub: 'u1' })
    expect(kids(tokens)).toEqual(['old', 'next'])
  })

  it('refuses a retired key (attack 19), whatever the token says about its time', async () => {
    const setTime = startClock()
    const tokens = createTokens(options)
    setTime(3600 + 905)
    expect(kids(tokens)).toEqual(['next'])
    const forged = await createTokens({ ...options, keys: [old] }).sign({ sub: 'u1' })
    await expect(tokens.verify(forged)).rejects.toMatchObject({ code: 'SECURITY_TOKEN_INVALID' })
  })

  it('verifies with a key that does not sign yet, because the clock of another server may be ahead', async () => {
    startClock()
    const ahead = createTokens({ ...options, keys: [{ ...next, signFrom: at(0) }] })
    await expect(createTokens(options).verify(await ahead.sign({ sub: 'u1' }))).resolves.toBeDefined()
  })

  it('rotates as often as the list says, and never retires a key that never signed', async () => {
    const setTime = startClock()
    const spare: TokenKey = { kid: 'spare', alg: 'HS256', key: randomBytes(32) }
    const tokens = createTokens({ ...options, keys: [old, spare, rsa('third', at(7200)), next] })
    const signers: string[] = []
    for (const seconds of [0, 3600, 7199, 7200, 99_999]) {
      setTime(seconds)
      signers.push(kidOf(await tokens.sign({ sub: 'u1' })))
    }
    expect(signers).toEqual(['old', 'next', 'next', 'third', 'third'])
    const spareToken = await createTokens({ ...options, keys: [spare] }).sign({ sub: 'u1' })
    await expect(tokens.verify(spareToken)).resolves.toBeDefined()
  })
})

describe.each(expressVersions)('jwks() on %s', (_name, express) => {
  const keys: TokenKey[] = [
    rsa('rs'),
    { kid: 'es', alg: 'ES256', key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey },
    { kid: 'hs', alg: 'HS256', key: randomBytes(32) },
  ]
  const tokens = createTokens({ issuer, audience, keys })

  it('lets another service verify our tokens, with a library of its own', async () => {
    const app = express()
    app.get('/.well-known/jwks.json', jwks({ tokens }))
    await using server = await serve(app)
    const keySet = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`))
    for (const key of keys.slice(0, 2)) {
      const token = await createTokens({ issuer, audience, keys: [key] }).sign({
        sub: 'u1',
        roles: ['admin'],
      })
      const { payload } = await jwtVerify(token, keySet, { issuer, audience, typ: 'at+jwt' })
      // RFC 9068, 2.2 requires all of these.
      expect(Object.keys(payload)).toEqual(
        expect.arrayContaining(['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']),
      )
    }
  })

  it('says what each key is for and how long the answer is good, and shows no secret', async () => {
    const app = express()
    app.get('/keys', jwks({ tokens, maxAgeSeconds: 60 }))
    await using server = await serve(app)
    const answer = await fetch(`${server.url}/keys`)
    expect(answer.headers.get('content-type')).toBe('application/jwk-set+json')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=60')
    const { keys } = (await answer.json()) as { keys: object[] }
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    ])
  })
})
