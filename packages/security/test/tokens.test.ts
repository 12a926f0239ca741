import { createHmac, createSign, generateKeyPairSync, randomBytes, sign as rawSign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import jwt from 'jsonwebtoken'
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { createTokens, SecurityError, type TokenKey, type Tokens, type TokensOptions } from '../src/index.js'

const issuer = 'https://shop.example'
const audience = 'shop-api'
const secret = randomBytes(32)
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = (key: KeyObject) =>
  key.export({ format: 'pem', type: key.type === 'public' ? 'spki' : 'pkcs8' }).toString()

const keys = {
  HS256: { kid: 'hs', alg: 'HS256', key: secret },
  RS256: { kid: 'rs', alg: 'RS256', key: pem(rsa.privateKey) },
  ES256: { kid: 'es', alg: 'ES256', key: pem(ec.privateKey) },
} as const satisfies Record<string, TokenKey>

const tokens = createTokens({ issuer, audience, keys: [keys.HS256, keys.RS256, keys.ES256] })

afterEach(() => void vi.useRealTimers())

describe('createTokens()', () => {
  it.each(Object.values(keys))('signs and verifies with $alg', async (key) => {
    const own = createTokens({ issuer, audience, keys: [key] })
    const token = await own.sign({ sub: 'u1', roles: ['admin'], sid: 's1' })
    const claims = await own.verify(token)
    expect(claims).toEqual({
      sub: 'u1',
      roles: ['admin'],
      sid: 's1',
      iat: expect.any(Number),
      exp: claims.iat + 900,
      jti: expect.any(String),
    })
    const header = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as object
    expect(header).toEqual({ alg: key.alg, typ: 'at+jwt', kid: key.kid })
  })

  it('gives what realtime takes', () => {
    expectTypeOf<Tokens['verify']>().toExtend<
      (token: string) => Promise<{ sub: string; exp: number; roles?: string[] }>
    >()
  })

  it('gives each token an id of its own, and leaves out what it was not given', async () => {
    const [one, two] = await Promise.all([tokens.sign({ sub: 'u1' }), tokens.sign({ sub: 'u1' })])
    const [first, second] = await Promise.all([tokens.verify(one), tokens.verify(two)])
    expect(first.jti).not.toBe(second.jti)
    expect(first).not.toHaveProperty('roles')
    expect(first).not.toHaveProperty('sid')
  })

  it('signs with the first key, and verifies with a public key what was signed before', async () => {
    const before = createTokens({ issuer, audience, keys: [keys.RS256] })
    const after = createTokens({
      issuer,
      audience,
      keys: [keys.ES256, { kid: 'rs', alg: 'RS256', key: pem(rsa.publicKey) }],
    })
    expect((await after.verify(await before.sign({ sub: 'u1' }))).sub).toBe('u1')
    expect(jwt.decode(await after.sign({ sub: 'u1' }), { complete: true })?.header.kid).toBe('es')
  })

  it('refuses to sign what it would not verify', async () => {
    await expect(tokens.sign({ sub: '' })).rejects.toThrow(TypeError)
    await expect(tokens.sign({ sub: { $ne: null } as never })).rejects.toThrow(/sub is no text/)
    await expect(tokens.sign({ sub: 'u1', roles: 'admin' as never })).rejects.toThrow(/roles/)
    await expect(tokens.sign({ sub: 'x'.repeat(9000) })).rejects.toThrow(/8192/)
  })

  it('takes the clocks of two servers for equal within the tolerance', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const token = await createTokens({ issuer, audience, keys: [keys.HS256], accessTtlSeconds: 60 }).sign({
      sub: 'u1',
    })
    const verifyAt = (seconds: number, clockToleranceSeconds: number) => {
      vi.setSystemTime(1_800_000_000_000 + seconds * 1000)
      return createTokens({ issuer, audience, keys: [keys.HS256], clockToleranceSeconds }).verify(token)
    }
    await expect(verifyAt(59, 0)).resolves.toBeDefined()
    await expect(verifyAt(60, 0)).rejects.toMatchObject({ code: 'SECURITY_TOKEN_EXPIRED' })
    await expect(verifyAt(64, 5)).resolves.toBeDefined()
    await expect(verifyAt(65, 5)).rejects.toMatchObject({ code: 'SECURITY_TOKEN_EXPIRED' })
    await expect(verifyAt(-5, 5)).resolves.toBeDefined()
    await expect(verifyAt(-6, 5)).rejects.toMatchObject({ code: 'SECURITY_TOKEN_INVALID' })
  })

  it.each<[string, Partial<TokensOptions> | object, RegExp]>([
    ['an empty issuer (attack 11)', { issuer: '' }, /issuer is empty/],
    ['a blank audience (attack 11)', { audience: '  ' }, /audience is empty/],
    ['an undefined audience (attack 11)', { audience: undefined }, /audience is empty/],
    ['no keys', { keys: [] }, /keys is empty/],
    ['a missing secret', { keys: [{ ...keys.HS256, key: undefined }] }, /key "hs" is missing/],
    ['a short secret (attack 17)', { keys: [{ ...keys.HS256, key: 'x'.repeat(31) }] }, /fewer than 32 bytes/],
    [
      'a secret that is a public key (attack 3)',
      { keys: [{ ...keys.HS256, key: pem(rsa.publicKey) }] },
      /key pair/,
    ],
    [
      'a secret that is a private key (attack 3)',
      { keys: [{ ...keys.HS256, key: rsa.privateKey }] },
      /key pair/,
    ],
    ['alg none (attack 1)', { keys: [{ ...keys.HS256, alg: 'none' }] }, /Use HS256/],
    ['an empty client id', { clientId: '' }, /clientId is empty/],
    [
      'keys none of which can sign',
      { keys: [{ ...keys.RS256, key: pem(rsa.publicKey) }] },
      /no key can sign/,
    ],
    [
      'keys none of which signs yet',
      { keys: [{ ...keys.HS256, signFrom: new Date(Date.now() + 60_000) }] },
      /no key signs yet/,
    ],
    ['a start that is no date', { keys: [{ ...keys.HS256, signFrom: '2026-12-01' }] }, /must be a Date/],
    ['a start that is no time', { keys: [{ ...keys.HS256, signFrom: new Date('soon') }] }, /must be a Date/],
    ['a key of another type', { keys: [{ ...keys.RS256, key: keys.ES256.key }] }, /RS256 needs/],
    [
      'a curve of another name',
      { keys: [{ ...keys.ES256, key: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey }] },
      /P-256/,
    ],
    [
      'a short RSA key',
      { keys: [{ ...keys.RS256, key: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey }] },
      /2048/,
    ],
    [
      'a broken PEM',
      { keys: [{ ...keys.RS256, key: '-----BEGIN PRIVATE KEY-----\nsecret' }] },
      /cannot be read/,
    ],
    ['one kid twice', { keys: [keys.HS256, { ...keys.RS256, kid: 'hs' }] }, /two keys have the kid "hs"/],
    ['a kid that is no name', { keys: [{ ...keys.HS256, kid: '../key' }] }, /a kid is/],
    ['a life of more than a day', { accessTtlSeconds: 86_401 }, /accessTtlSeconds/],
    ['a misspelt option', { accessTtlSecond: 60 }, /Did you mean "accessTtlSeconds"/],
  ])('refuses %s at construction', (_what, options, message) => {
    const construct = () =>
      createTokens({ issuer, audience, keys: [keys.HS256], ...options } as TokensOptions)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })

  it('does not show a key that it refuses', () => {
    const refuse = () =>
      createTokens({
        issuer,
        audience,
        keys: [{ ...keys.RS256, key: '-----BEGIN PRIVATE KEY-----\nsecret' }],
      })
    expect(refuse).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') as string }),
    )
  })
})

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const hmac = (input: string, key: string | Buffer = secret, hash = 'sha256') =>
  createHmac(hash, key).update(input).digest('base64url')

const header = { alg: 'HS256', typ: 'at+jwt', kid: 'hs' }

function claims(changes: object = {}): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1000)
  return { iss: issuer, aud: audience, sub: 'u1', iat, exp: iat + 60, jti: 'j1', ...changes }
}

/** A token that the secret has signed, whatever it says. */
function signed(head: unknown = header, payload: unknown = claims()): string {
  const input = `${part(head)}.${part(payload)}`
  return `${input}.${hmac(input)}`
}

function ecSigned(signature: (input: string) => Buffer): string {
  const input = `${part({ ...header, alg: 'ES256', kid: 'es' })}.${part(claims())}`
  return `${input}.${signature(input).toString('base64url')}`
}

const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
const bytes32 = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
const rsSigned = (head: object) => {
  const input = `${part(head)}.${part(claims())}`
  return `${input}.${createSign('RSA-SHA256').update(input).sign(rsa.privateKey, 'base64url')}`
}
const publicPem = pem(rsa.publicKey)
const [goodHead, goodBody, goodSignature] = signed().split('.') as [string, string, string]

/** Numbers are those of the list of attacks: 1 none, 2 parts, 3 confusion, 4 downgrade, 5 alg, 6 kid, 7 embedded keys ... */
const attacks: Record<string, string[]> = {
  '1 alg none': ['none', 'None', 'NONE', 'nOnE'].flatMap((alg) => [
    `${part({ ...header, alg })}.${part(claims())}.`,
    signed({ ...header, alg }),
  ]),
  '2 parts missing or too many': [
    '',
    '.',
    '..',
    goodHead,
    `${goodHead}.${goodBody}`,
    `${goodHead}.${goodBody}.`,
    `.${goodBody}.${goodSignature}`,
    `${goodHead}..${goodSignature}`,
    `${goodHead}.${goodBody}.${goodSignature}.`,
    `${goodHead}.${goodBody}.${goodSignature}.x.y`,
  ],
  '3 RS256 to HS256 with the public key as the secret': [
    publicPem,
    publicPem.trim(),
    `${publicPem}\n`,
    publicPem.replaceAll('\n', '\r\n'),
    JSON.stringify(rsa.publicKey.export({ format: 'jwk' })),
    rsa.publicKey.export({ format: 'der', type: 'spki' }),
  ].flatMap((key) =>
    ['rs', 'hs'].map((kid) => {
      const input = `${part({ ...header, kid })}.${part(claims())}`
      return `${input}.${hmac(input, key)}`
    }),
  ),
  '4 another algorithm of the family': [
    ...(['sha384', 'sha512'] as const).map((hash) => {
      const input = `${part({ ...header, alg: `HS${hash.slice(3)}` })}.${part(claims())}`
      return `${input}.${hmac(input, secret, hash)}`
    }),
    rsSigned({ ...header, alg: 'PS256', kid: 'rs' }),
    rsSigned({ ...header, alg: 'RS512', kid: 'rs' }),
    rsSigned({ ...header, alg: 'RS256', kid: 'hs' }),
  ],
  '5 alg in other forms': [
    signed({ ...header, alg: ['HS256'] }),
    signed({ ...header, alg: 'hs256' }),
    signed({ ...header, alg: 'HS256 ' }),
    signed({ typ: 'at+jwt', kid: 'hs' }),
    signed('{"alg":"none","alg":"HS256","typ":"at+jwt","kid":"hs"}'),
    signed('{"alg":"HS256","typ":"at+jwt","kid":"rs","kid":"hs"}'),
    signed('{"\\u0061lg":"none","alg":"HS256","typ":"at+jwt","kid":"hs"}'),
    signed('{"alg": "HS256", "typ": "at+jwt", "kid": "hs", "alg": "HS256"}'),
    signed('null'),
    signed('[]'),
    signed('"HS256"'),
    signed('no json'),
  ],
  '6 kid as path, query, command, prototype or object': [
    '../../dev/null',
    "' OR 1=1",
    '|id',
    'hs\0',
    '',
    'HS',
    { hs: 1 },
    ['hs'],
    'k'.repeat(10_000),
    '__proto__',
    'constructor',
    'toString',
    null,
    undefined,
  ].flatMap((kid) => [
    signed({ ...header, kid }),
    `${part({ ...header, kid })}.${part(claims())}.${hmac('', '')}`,
  ]),
  '7 a key of its own in the token': [
    signed({ ...header, jwk: rsa.publicKey.export({ format: 'jwk' }) }),
    signed({ ...header, jku: 'http://127.0.0.1:1/jwks.json' }),
    signed({ ...header, x5u: 'http://127.0.0.1:1/cert.pem' }),
    signed({ ...header, x5c: ['MIIB'] }),
    signed('{"alg":"HS256","typ":"at+jwt","kid":"hs","__proto__":{"jwk":{}}}'),
  ],
  '8 crit, b64 and zip': [
    signed({ ...header, crit: ['exp'] }),
    signed({ ...header, crit: ['unknown'], unknown: 1 }),
    signed({ ...header, crit: [] }),
    signed({ ...header, b64: false }),
    signed({ ...header, b64: false, crit: ['b64'] }),
    signed({ ...header, zip: 'DEF' }),
  ],
  '9 psychic and DER signatures': [
    ...[0n, 1n, order - 1n, order].flatMap((r) =>
      [0n, 1n, order - 1n, order].map((s) => ecSigned(() => Buffer.concat([bytes32(r), bytes32(s)]))),
    ),
    ecSigned(() => Buffer.alloc(0)),
    ecSigned((input) => rawSign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'der' })),
  ],
  '10 times that are none': [
    undefined,
    null,
    '9999999999',
    Date.now() + 60_000,
    -1,
    0,
    Math.floor(Date.now() / 1000) + 60.5,
    true,
    {},
    [9999999999],
  ]
    .map((exp) => signed(header, claims({ exp })))
    .concat(
      signed(header, JSON.stringify(claims()).replace(/"exp":\d+/, '"exp":1e999')),
      signed(
        header,
        claims({ iat: Math.floor(Date.now() / 1000) + 3600, exp: Math.floor(Date.now() / 1000) + 7200 }),
      ),
      signed(header, claims({ iat: undefined })),
      signed(header, claims({ iat: '1' })),
      signed(header, claims({ iat: 1, exp: 9_999_999_999 })),
      signed(header, claims({ nbf: Math.floor(Date.now() / 1000) + 3600 })),
      signed(header, claims({ nbf: '0' })),
    ),
  '11 aud and iss that only resemble ours': [
    ...[
      undefined,
      null,
      '',
      [],
      ['other'],
      [`${audience}s`],
      [audience, 1],
      [[audience]],
      [audience, ''],
      'shop',
      'shop-api-2',
      'SHOP-API',
      'xshop-api',
      { 0: audience },
    ].map((aud) => signed(header, claims({ aud }))),
    ...[undefined, null, '', [issuer], `${issuer}/`, 'https://SHOP.example', 'http://shop.example'].map(
      (iss) => signed(header, claims({ iss })),
    ),
  ],
  '12 tokens of another kind that the same key signed': [
    ...[
      'JWT',
      'jwt',
      'rt+jwt',
      'id+jwt',
      'verify-email+jwt',
      'application/application/at+jwt',
      'text/at+jwt',
      ' at+jwt',
      '',
      undefined,
    ].map((typ) => signed({ ...header, typ })),
    signed({ alg: 'HS256', kid: 'hs' }, claims({ typ: 'at+jwt' })),
    signed(header, claims({ iss: 'https://other.example' })),
  ],
  '13 payloads of another shape': [
    ...['null', '[]', '"text"', '1', 'true', '', 'no json', '{'].map((payload) => signed(header, payload)),
    signed(header, `\ufeff${JSON.stringify(claims())}`),
    ...[undefined, null, '', 0, {}, { $ne: null }, ['u1']].map((sub) => signed(header, claims({ sub }))),
    ...[undefined, 1, { $gt: '' }].map((jti) => signed(header, claims({ jti }))),
    ...['admin', [1], [''], { 0: 'admin' }, null].map((roles) => signed(header, claims({ roles }))),
    ...[1, '', {}, null].map((sid) => signed(header, claims({ sid }))),
    ...['{"sub":"u2",', '{ "sub" : "u2", ', '{"s\\u0075b":"u2",', '{"x":{"a":1,"b":[{"a":1}],"a":2},'].map(
      (start) => signed(header, JSON.stringify(claims()).replace('{', start)),
    ),
    signed(header, JSON.stringify(claims({ x: '@' })).replace('"@"', '[{"y":1,"z":"\\",{","y":1}]')),
    (() => {
      const latin1 = Buffer.from(JSON.stringify(claims({ sub: 'caf\u00e9' })), 'latin1').toString('base64url')
      const input = `${part(header)}.${latin1}`
      return `${input}.${hmac(input)}`
    })(),
  ],
  '14 tokens of great size': [
    signed(header, claims({ padding: 'x'.repeat(8192) })),
    'x'.repeat(5_000_000),
    `${'x'.repeat(2_500_000)}.${'x'.repeat(2_500_000)}.x`,
    '.'.repeat(5_000_000),
    signed(header, '['.repeat(5000)),
    signed(header, `${'['.repeat(2900)}${']'.repeat(2900)}`),
  ],
  '15 base64url that is not canonical': [
    `${goodHead}.${goodBody}.${goodSignature}=`,
    `${goodHead}.${goodBody}.${goodSignature} `,
    ` ${goodHead}.${goodBody}.${goodSignature}`,
    `${goodHead}.${goodBody}.${goodSignature}\n`,
    `${goodHead}=.${goodBody}.${goodSignature}`,
    ...[rsSigned({ ...header, alg: 'RS256', kid: 'rs' })].flatMap((token) => [
      `${token}==`,
      ...respelt(token),
    ]),
    ...respelt(signed()),
    ...plusAndSlash(),
  ],
  '19 keys that are not there': [
    signed({ ...header, kid: 'future' }),
    rsSigned({ ...header, alg: 'RS256', kid: 'removed' }),
  ],
}

describe('tokens.verify() against attack', () => {
  it('accepts the tokens that the attacks are made from', async () => {
    await expect(tokens.verify(signed())).resolves.toMatchObject({ sub: 'u1' })
    await expect(tokens.verify(rsSigned({ ...header, alg: 'RS256', kid: 'rs' }))).resolves.toMatchObject({
      sub: 'u1',
    })
    const p1363 = (input: string) =>
      rawSign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' })
    await expect(tokens.verify(ecSigned(p1363))).resolves.toMatchObject({ sub: 'u1' })
  })

  it.each([
    ['in another order', signed({ typ: 'at+jwt', kid: 'hs', alg: 'HS256' })],
    ['with white space', signed('{"alg": "HS256",\r\n "typ": "at+jwt", "kid": "hs"}')],
    ['with escapes', signed('{"\\u0061lg":"HS256","typ":"at+jwt","kid":"hs"}')],
    ['with the type in full (RFC 9068, 4)', signed({ ...header, typ: 'application/at+jwt' })],
    ['with the type in capitals (RFC 7515, 4.1.9)', signed({ ...header, typ: 'AT+JWT' })],
    ['for several audiences (RFC 7519, 4.1.3)', signed(header, claims({ aud: ['other', audience] }))],
    [
      'with claims of others',
      signed(header, claims({ scope: 'read', 1: [{ a: 1 }, { a: 1 }], a: { a: {} } })),
    ],
  ])('accepts what another issuer may rightly write %s', async (_how, token) => {
    await expect(tokens.verify(token)).resolves.toMatchObject({ sub: 'u1' })
  })

  it.each(Object.entries(attacks))('%s', async (_name, hostile) => {
    const answers = await Promise.all(
      hostile.map((token) => tokens.verify(token).catch((err: unknown) => err)),
    )
    for (const [index, err] of answers.entries()) {
      expect(err, hostile[index]?.slice(0, 300)).toBeInstanceOf(SecurityError)
      expect(err).toMatchObject({
        code: 'SECURITY_TOKEN_INVALID',
        status: 401,
        message: 'The access token is not valid. Sign in again.',
        headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
      })
    }
  })

  it('2 what is no string at all', async () => {
    for (const token of [undefined, null, 1, {}, [signed()], Buffer.from(signed())]) {
      await expect(tokens.verify(token as never)).rejects.toMatchObject({ code: 'SECURITY_TOKEN_INVALID' })
    }
  })

  it('7 asks nobody for a key that a token names', async () => {
    const asked: unknown[] = []
    const server = createServer((req, res) => void res.end(asked.push(req.url)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/key`
    for (const name of ['jku', 'x5u', 'kid', 'iss']) {
      await expect(tokens.verify(signed({ ...header, [name]: url }))).rejects.toThrow(SecurityError)
    }
    await new Promise((resolve) => server.close(resolve))
    expect(asked).toEqual([])
  })

  it('15 takes the other signature of an ECDSA pair (r, n - s) for the same token, by its jti', async () => {
    const token = ecSigned((input) =>
      rawSign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }),
    )
    const [head, body, signature] = token.split('.') as [string, string, string]
    const bytes = Buffer.from(signature, 'base64url')
    const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`)
    const twin = Buffer.concat([bytes.subarray(0, 32), bytes32(order - s)]).toString('base64url')
    expect((await tokens.verify(`${head}.${body}.${twin}`)).jti).toBe((await tokens.verify(token)).jti)
  })

  it('18 tells the log why, and quotes nothing of the token', async () => {
    const hostile = Object.values(attacks)
      .flat()
      .filter((token) => token.length > 20)
    for (const token of hostile) {
      const err = await tokens.verify(token).catch((error: unknown) => error as SecurityError)
      const told = inspect(err, { depth: 10 })
      for (const piece of token.split('.').filter(({ length }) => length >= 20)) {
        expect(told).not.toContain(piece.slice(0, 20))
        expect(told).not.toContain(Buffer.from(piece, 'base64url').toString().slice(1, 12))
      }
    }
  })

  it('13 hands out its own members alone, in an object of its own', async () => {
    const payload = JSON.stringify(claims()).replace('{', '{"__proto__":{"roles":["admin"]},"admin":true,')
    const verified = await tokens.verify(signed(header, payload))
    expect(Object.keys(verified).sort()).toEqual(['exp', 'iat', 'jti', 'sub'])
    expect(verified.roles).toBeUndefined()
  })

  it('18 says expired only of a token that we have signed, with the same status and headers', async () => {
    const old = claims({ iat: 1_700_000_000, exp: 1_700_000_060 })
    const expired = await tokens.verify(signed(header, old)).catch((err: unknown) => err as SecurityError)
    expect(expired).toMatchObject({
      code: 'SECURITY_TOKEN_EXPIRED',
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
    })
    const forged = `${part(header)}.${part(old)}.${hmac('x')}`
    await expect(tokens.verify(forged)).rejects.toMatchObject({ code: 'SECURITY_TOKEN_INVALID' })
  })

  it('19 takes the previous key while it is listed, and no longer', async () => {
    const next = { kid: 'next', alg: 'HS256', key: randomBytes(32) } as const
    const token = await createTokens({ issuer, audience, keys: [keys.HS256] }).sign({ sub: 'u1' })
    const inGrace = createTokens({ issuer, audience, keys: [next, keys.HS256] })
    const after = createTokens({ issuer, audience, keys: [next] })
    await expect(inGrace.verify(token)).resolves.toMatchObject({ sub: 'u1' })
    await expect(after.verify(token)).rejects.toMatchObject({ code: 'SECURITY_TOKEN_INVALID' })
  })

  it('refuses whatever differs from a good token by one character', async () => {
    const token = await tokens.sign({ sub: 'u1' })
    for (let index = 0; index < token.length; index++) {
      const other = token[index] === 'A' ? 'B' : 'A'
      const changed = `${token.slice(0, index)}${other}${token.slice(index + 1)}`
      await expect(tokens.verify(changed)).rejects.toMatchObject({ code: 'SECURITY_TOKEN_INVALID' })
    }
  })
})

/** The token with its signature spelt otherwise: the last character has bits that decoders drop. */
function respelt(token: string): string[] {
  const signature = Buffer.from(token.split('.')[2]!, 'base64url')
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return [...alphabet]
    .map((last) => token.slice(0, -1) + last)
    .filter((other) => other !== token && Buffer.from(other.split('.')[2]!, 'base64url').equals(signature))
}

/** Signatures that hold "-" or "_", written with "+" and "/". */
function plusAndSlash(): string[] {
  return Array.from({ length: 40 }, (_, index) => signed(header, claims({ jti: `j${index}` })))
    .filter((token) => /[-_]/.test(token.split('.')[2]!))
    .map((token) => {
      const [head, body, signature = ''] = token.split('.')
      return `${head}.${body}.${signature.replaceAll('-', '+').replaceAll('_', '/')}`
    })
}
