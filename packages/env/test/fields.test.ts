import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe as group, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import {
  bool,
  bytes,
  createEnv,
  duration,
  email,
  httpUrl,
  int,
  list,
  mongoUrl,
  number,
  origin,
  pem,
  port,
  redisUrl,
  secret,
  type Stage,
} from '../src/index.js'
import { goodSecret, issuesOf } from './support.js'

/** The parsed value, or the message of its refusal after "✗ ". */
function parse(schema: z.ZodType, text: string, stage: Stage = 'development'): unknown {
  let value: unknown
  const run = () => (value = createEnv({ schema: { A: schema }, source: { A: text }, stage }).A)
  try {
    run()
  } catch {
    return `✗ ${issuesOf(run)[0]!.message}`
  }
  return value
}

const refused = expect.stringMatching(/^✗ /) as unknown

group('every field', () => {
  it('composes like any schema of zod', () => {
    const schema = {
      A: int().optional(),
      B: int().default(3),
      C: bool().meta({ description: 'c' }),
      D: httpUrl().refine((url) => url.endsWith('/api'), 'must end with /api'),
      E: list(port()).default([1]),
      F: secret().startsWith('sk_').optional(),
    }
    const env = createEnv({ schema, source: { C: '1', D: 'http://a.example/api' } })
    expectTypeOf(env.A).toEqualTypeOf<number | undefined>()
    expectTypeOf(env.B).toEqualTypeOf<number>()
    expectTypeOf(env.E).toEqualTypeOf<readonly number[]>()
    expectTypeOf(env.F).toEqualTypeOf<string | undefined>()
    expect(env).toMatchObject({ A: undefined, B: 3, C: true, E: [1] })
    expect(parse(schema.D, 'http://a.example')).toBe('✗ must end with /api')
  })

  it('stays a secret through every method of zod', () => {
    const forms = [
      secret().min(40),
      secret().refine(() => true),
      secret().meta({ a: 1 }),
      secret().optional().nullable(),
      secret().transform((text) => [text]),
      z.string().pipe(secret()),
      secret().brand('x'),
    ]
    for (const schema of forms) {
      expect(JSON.stringify(createEnv({ schema: { A: schema }, source: { A: goodSecret() } }))).toContain(
        '[secret]',
      )
    }
  })

  it('gives a value of its type or a refusal for any text whatever', () => {
    const fields = {
      bool: bool(),
      int: int(),
      number: number(),
      port: port(),
      seconds: duration('seconds'),
      ms: duration('ms'),
      bytes: bytes(),
    }
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string(),
          fc.double().map(String),
          fc.integer().map(String),
        ),
        (text) => {
          for (const [kind, field] of Object.entries(fields)) {
            const value = parse(field, text)
            if (value === undefined || (typeof value === 'string' && value.startsWith('✗ '))) continue
            expect(typeof value).toBe(kind === 'bool' ? 'boolean' : 'number')
            if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('refuses options that it does not know', () => {
    expect(() => int({ mni: 1 } as never)).toThrow('int(): unknown option "mni". Did you mean "min"?')
    expect(() => secret({ minbytes: 1 } as never)).toThrow(/minBytes/)
    expect(() => duration('minutes' as never)).toThrow(TypeError)
    expect(() => pem('secret' as never)).toThrow(TypeError)
  })
})

group('bool()', () => {
  it('knows four words', () => {
    expect(['true', '1', 'false', '0', ' true '].map((text) => parse(bool(), text))).toEqual([
      true,
      true,
      false,
      false,
      true,
    ])
    for (const text of ['TRUE', 'False', 'yes', 'no', 'on', '2', 't', 'null'])
      expect(parse(bool(), text)).toBe('✗ must be true or false')
  })
})

group('int(), number() and port()', () => {
  it('read decimal digits and nothing else', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => void expect(parse(int(), String(value))).toBe(value)),
    )
    for (const text of [
      '1e3',
      '0x10',
      '1.0',
      '1_000',
      '1,000',
      'NaN',
      'Infinity',
      '٣',
      '--1',
      '9007199254740993',
      '1 2',
    ]) {
      expect(parse(int(), text)).toEqual(refused)
    }
    expect(parse(number({ min: 0, max: 1 }), '0.25')).toBe(0.25)
    for (const text of ['1.5', '-0.1', '.', '1e-3', 'Infinity'])
      expect(parse(number({ min: 0, max: 1 }), text)).toEqual(refused)
  })

  it('name their bounds', () => {
    expect(parse(int({ min: 1, max: 5 }), '6')).toBe('✗ must be a whole number from 1 to 5')
    expect(parse(int({ min: 1 }), '0')).toBe('✗ must be a whole number, 1 or more')
    expect(parse(int({ max: 1 }), '2')).toBe('✗ must be a whole number, 1 or less')
    expect(parse(int({ min: 1, max: 5 }), '5')).toBe(5)
  })

  it('let the system choose a port in development and tests only', () => {
    expect(parse(port(), '0', 'test')).toBe(0)
    expect(parse(port(), '0', 'production')).toBe(
      '✗ must be a fixed port from 1 to 65535: 0 lets the system choose',
    )
    expect(parse(port(), '65535', 'production')).toBe(65535)
    for (const text of ['65536', '-1', '80.5', '+80'])
      expect(parse(port(), text)).toBe('✗ must be a port from 1 to 65535')
  })
})

group('duration()', () => {
  it('counts in the unit that it names', () => {
    const expected = {
      '15m': 900,
      '900s': 900,
      '1h30m': 5400,
      '7d': 604_800,
      '2w': 1_209_600,
      '1D': 86_400,
      '2000ms': 2,
      '0s': 0,
    }
    for (const [text, value] of Object.entries(expected)) {
      expect(parse(duration('seconds'), text)).toBe(value)
      expect(parse(duration('ms'), text)).toBe(value * 1000)
    }
  })

  it('refuses bare numbers, fractions and fragments', () => {
    for (const text of ['900', '15', '1.5h', 'fifteen', 'm', '15 m', '-15m', '15mm', '15m5', '1e3s']) {
      expect(parse(duration('seconds'), text)).toBe(
        '✗ must be a duration with its unit, such as 900s, 15m, 12h or 7d',
      )
    }
    expect(parse(duration('seconds'), '1500ms')).toBe('✗ must be whole seconds')
    expect(parse(duration('ms'), '99999999999999w')).toEqual(refused)
  })

  it('has bounds in the same unit, and names them readably', () => {
    const field = duration('seconds', { min: 60, max: 86_400 })
    expect(parse(field, '30s')).toBe('✗ must be 1m or more')
    expect(parse(field, '2d')).toBe('✗ must be 1d or less')
    expect(parse(field, '1d')).toBe(86_400)
    expect(() => duration('seconds', { mininum: 60 } as never)).toThrow(TypeError)
  })

  it('sums its parts', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.nat(1000), (hours, minutes, seconds) => {
        expect(parse(duration('seconds'), `${hours}h${minutes}m${seconds}s`)).toBe(
          hours * 3600 + minutes * 60 + seconds,
        )
      }),
    )
  })
})

group('bytes()', () => {
  it('counts in steps of 1024, as Express does', () => {
    const expected = { '5mb': 5_242_880, '100kb': 102_400, '1gb': 1_073_741_824, '10b': 10, '1MB': 1_048_576 }
    for (const [text, value] of Object.entries(expected)) expect(parse(bytes(), text)).toBe(value)
    for (const text of ['5', '5 mb', '5m', '1.5mb', '-1kb', '1tb', '9999999999gb'])
      expect(parse(bytes(), text)).toEqual(refused)
    expect(parse(bytes({ max: 1_048_576 }), '2mb')).toBe('✗ must be 1mb or less')
  })
})

group('list()', () => {
  it('trims, drops what is empty or double, and keeps the order', () => {
    expect(parse(list(z.string()), ' b, a ,,b,')).toEqual(['b', 'a'])
    expect(parse(list(int(), { separator: ' ' }), '3 1 2')).toEqual([3, 1, 2])
    expect(parse(list(z.string()), ', ,')).toBe('✗ must have 1 item or more')
    expect(parse(list(z.string(), { min: 2 }), 'a')).toBe('✗ must have 2 items or more')
    expect(parse(list(z.string(), { max: 1 }), 'a,b')).toBe('✗ must have 1 item or fewer')
    expect(parse(list(z.string(), { min: 0 }), ',')).toEqual([])
  })

  it('says which item is wrong, in every stage', () => {
    expect(parse(list(int()), '1,x')).toBe('✗ item 2 must be a whole number')
    expect(parse(list(origin()), 'https://a.example,http://b.example', 'production')).toBe(
      '✗ item 2 must be https in production',
    )
  })
})

group('httpUrl() and origin()', () => {
  it('take http and https only', () => {
    expect(parse(httpUrl(), 'https://shop.example/a?b=c')).toBe('https://shop.example/a?b=c')
    const bad = [
      'javascript:alert(1)',
      'localhost:3000',
      'ftp://a',
      '//a',
      'http://',
      'https://a b',
      'http://a\\b',
      'http:/a',
      'data:text/html,x',
      'https://exa\nmple.com',
      'http://[::1',
      'https://%zz/',
    ]
    for (const text of bad) expect(parse(httpUrl(), text)).toEqual(refused)
    expect(parse(httpUrl(), 'https://user:pw@shop.example')).toBe('✗ must not hold a user name or password')
    expect(parse(httpUrl({ credentials: true }), 'https://key@sentry.example/1')).toBe(
      'https://key@sentry.example/1',
    )
  })

  it('are https and not local in production', () => {
    for (const url of [
      'http://localhost',
      'https://localhost:3000',
      'https://app.localhost',
      'https://127.0.0.1',
      'https://127.1',
      'https://[::1]',
      'https://0.0.0.0',
      'https://0x7f000001',
      'https://LOCALHOST.',
      'https://[::ffff:127.0.0.1]',
    ]) {
      expect(parse(httpUrl(), url, 'production')).toBe('✗ must not be localhost in production')
      expect(parse(httpUrl({ internal: true }), url, 'production')).toBe(url)
      expect(parse(httpUrl(), url, 'staging')).toBe(url)
    }
    expect(parse(httpUrl(), 'http://shop.example', 'production')).toBe('✗ must be https in production')
    expect(parse(httpUrl().default('http://localhost:1'), '', 'production')).toBe(
      '✗ must not be localhost in production',
    )
  })

  it('are bare origins where browsers send such', () => {
    expect(parse(origin(), 'https://shop.example:8443')).toBe('https://shop.example:8443')
    for (const text of [
      'https://shop.example/',
      'https://shop.example/a',
      'https://Shop.example',
      'https://shop.example:443',
      '*',
      'null',
      'shop.example',
      'https://u@shop.example',
    ]) {
      expect(parse(origin(), text)).toEqual(refused)
    }
  })
})

group('mongoUrl() and redisUrl()', () => {
  it('take what the drivers take', () => {
    const good = [
      'mongodb://localhost/shop',
      'mongodb://a:1,b:2/shop?replicaSet=r',
      'mongodb+srv://u:p%40ss@c.mongodb.net/?w=1',
      'mongodb://[::1]:27017/x',
      'mongodb://%2Ftmp%2Fmongo.sock',
    ]
    for (const text of good) expect(parse(mongoUrl(), text)).toBe(text)
    for (const text of [
      'http://a',
      'mongodb://',
      'mongodb://u:p@ss@h/db',
      'mongodb://u:p%zz@h',
      'mongodb+srv://a:27017/x',
      'mongodb+srv://a,b/x',
      'mongodb://a b/',
    ]) {
      expect(parse(mongoUrl(), text)).toEqual(refused)
    }
    for (const text of ['redis://127.0.0.1:6379', 'rediss://:pw@h:6380/1'])
      expect(parse(redisUrl(), text)).toBe(text)
    for (const text of ['http://a', 'redis://', 'redis://h/x', 'redis://h:99999'])
      expect(parse(redisUrl(), text)).toEqual(refused)
  })

  it('refuse the password of a template outside of development', () => {
    for (const text of [
      'mongodb+srv://shop:<db_password>@c.mongodb.net/',
      'mongodb://shop:password@h/',
      'mongodb://shop:aaaaaaaa@h/',
    ]) {
      expect(parse(mongoUrl(), text, 'staging')).toMatch(/give the user of the database a random password/)
    }
    expect(parse(redisUrl(), 'redis://:changeme@h', 'production')).toMatch(/placeholder/)
    expect(parse(redisUrl(), 'redis://h', 'production')).toBe('redis://h')
    expect(parse(mongoUrl(), 'mongodb://shop:password@h/')).toBe('mongodb://shop:password@h/')
  })
})

group('pem()', () => {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

  it('reads every form that survives an environment', () => {
    const key = pair.privateKey
    const forms = [
      key,
      key.replaceAll('\n', '\\n'),
      key.replaceAll('\n', '\r\n'),
      `"${key.replaceAll('\n', '\\n')}"`,
      Buffer.from(key).toString('base64'),
      Buffer.from(key).toString('base64url'),
      Buffer.from(key)
        .toString('base64')
        .replace(/(.{64})/g, '$1\n'),
    ]
    for (const form of forms) expect(parse(pem('private'), form)).toBe(key)
    expect(parse(pem('public'), pair.publicKey)).toBe(pair.publicKey)
  })

  it('refuses the other half, damage and passphrases', () => {
    expect(parse(pem('private'), pair.publicKey)).toMatch(/must be a private key in PEM/)
    expect(parse(pem('public'), pair.privateKey)).toMatch(/must be a public key in PEM/)
    expect(parse(pem('private'), pair.privateKey.replace(/\n.{20}/, '\nAAAA'))).toMatch(/damaged/)
    const { privateKey } = generateKeyPairSync('ed25519', {
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    })
    expect(parse(pem('private'), privateKey)).toMatch(/encrypted/)
    expect(parse(pem('certificate'), pair.publicKey)).toMatch(/certificate/)
    for (const text of ['x', 'AAAA', '-----BEGIN PRIVATE KEY-----'])
      expect(parse(pem('private'), text)).toEqual(refused)
  })
})

group('email()', () => {
  it('takes an address, and a name if allowed', () => {
    expect(parse(email(), 'orders@shop.example')).toBe('orders@shop.example')
    expect(parse(email({ allowName: true }), 'Shop <orders@shop.example>')).toBe('Shop <orders@shop.example>')
    for (const text of [
      'orders',
      'a@b',
      'Shop <orders@shop.example>',
      'a@shop.example, b@shop.example',
      'a@shop.example\nBcc: x@y.example',
    ]) {
      expect(parse(email(), text)).toEqual(refused)
    }
    expect(parse(email({ allowName: true }), 'Shop\nBcc: <a@shop.example>')).toEqual(refused)
  })
})
