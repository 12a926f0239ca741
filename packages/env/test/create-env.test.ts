import { inspect } from 'node:util'
import { describe as group, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import {
  bool,
  createEnv,
  describe,
  EnvError,
  int,
  list,
  port,
  redact,
  secret,
  withRules,
  type Stage,
} from '../src/index.js'
import { goodSecret, issuesOf, refusals } from './support.js'

group('createEnv()', () => {
  it('returns typed values, frozen to the ground', () => {
    const schema = {
      PORT: port().default(5000),
      DEBUG: bool(),
      TAGS: list(z.string()),
      NOTE: z.string().optional(),
    }
    const env = createEnv({ schema, source: { DEBUG: 'false', TAGS: 'a, b,,a' } })

    expect({ ...env }).toEqual({
      APP_ENV: 'development',
      PORT: 5000,
      DEBUG: false,
      TAGS: ['a', 'b'],
      NOTE: undefined,
    })
    expectTypeOf(env.PORT).toEqualTypeOf<number>()
    expectTypeOf(env.DEBUG).toEqualTypeOf<boolean>()
    expectTypeOf(env.TAGS).toEqualTypeOf<readonly string[]>()
    expectTypeOf(env.NOTE).toEqualTypeOf<string | undefined>()
    expectTypeOf(env.APP_ENV).toEqualTypeOf<Stage>()
    // @ts-expect-error: readonly
    expect(() => (env.PORT = 1)).toThrow(TypeError)
    // @ts-expect-error: readonly
    expect(() => env.TAGS.push('c')).toThrow(TypeError)
    // @ts-expect-error: not declared
    expect(env.OTHER).toBeUndefined()
  })

  it('freezes objects inside of values, and leaves instances of classes alone', () => {
    const schema = {
      NESTED: z.string().transform((text) => JSON.parse(text) as { a: { b: number[] } }),
      WHEN: z.coerce.date(),
    }
    const env = createEnv({ schema, source: { NESTED: '{"a":{"b":[1]}}', WHEN: '2026-01-01' } })
    expect(Object.isFrozen(env.NESTED.a.b)).toBe(true)
    expect(env.WHEN.getFullYear()).toBe(2026)
  })

  it('reports every problem at once, in the order of the schema', () => {
    const schema = { A: int(), B: z.string(), C: bool(), D: secret() }
    const error = (() => {
      try {
        return createEnv({ schema, source: { A: 'x', C: 'maybe', D: 'short' } })
      } catch (error) {
        return error as EnvError
      }
    })() as EnvError
    expect(error).toBeInstanceOf(EnvError)
    expect(error.code).toBe('ENV_INVALID')
    expect(error.status).toBe(500)
    expect(error.issues.map(({ name, code }) => [name, code])).toEqual([
      ['A', 'invalid'],
      ['B', 'missing'],
      ['C', 'invalid'],
      ['D', 'weak'],
    ])
    for (const { name, message } of error.issues) expect(error.message).toContain(`${name}  ${message}`)
    // Next.js assigns to the message of errors.
    error.message = 'other'
    expect(error.message).toBe('other')
  })

  it('takes the empty string for unset', () => {
    const schema = { A: z.string().default('fallback'), B: z.string().optional(), C: int() }
    expect(refusals(() => createEnv({ schema, source: { A: '', B: '', C: '' } }))).toEqual(['C missing'])
    expect(createEnv({ schema, source: { A: '', B: '', C: '1' } })).toMatchObject({
      A: 'fallback',
      B: undefined,
    })
  })

  it('never writes to its source, and reads process.env when given none', () => {
    process.env['EMENTECH_TEST_VALUE'] = ' 7 '
    const before = { ...process.env }
    try {
      expect(createEnv({ schema: { EMENTECH_TEST_VALUE: int() }, files: false }).EMENTECH_TEST_VALUE).toBe(7)
      expect({ ...process.env }).toEqual(before)
      const frozen = Object.freeze({ A: '', B: '1' })
      expect(createEnv({ schema: { A: z.string().optional(), B: int() }, source: frozen }).B).toBe(1)
    } finally {
      delete process.env['EMENTECH_TEST_VALUE']
    }
  })

  it('is not fooled by names that every object inherits', () => {
    const schema = {
      constructor: z.string().optional(),
      toString: z.string().optional(),
      __proto__x: z.string().optional(),
    }
    const env = createEnv({ schema, source: {} })
    expect(Object.hasOwn(env, 'constructor')).toBe(true)
    expect(env.constructor).toBeUndefined()
  })

  it('answers misuse with a TypeError that names the remedy', () => {
    const schema = { A: z.string().optional() }
    const misuse = (options: unknown) => () => createEnv(options as never)
    expect(misuse({ schema, sources: {} })).toThrow(/unknown option "sources". Did you mean "source"\?/)
    expect(misuse({ schema, stage: 'prod' })).toThrow(TypeError)
    expect(misuse({})).toThrow(/schema must be an object/)
    expect(misuse({ schema: z.object(schema) })).toThrow(/\.shape/)
    expect(misuse({ schema: { A: 'string' } })).toThrow(/A is not a schema of zod 4/)
    expect(() => describe({ ...createEnv({ schema, source: {} }) })).toThrow(/not a copy/)
  })

  it('says that an asynchronous schema needs createEnvAsync', () => {
    const schema = {
      A: z.string().refine(async () => true),
      B: z.string().refine(() => Promise.resolve(true)),
    }
    const issues = issuesOf(() => createEnv({ schema, source: { A: 'x', B: 'x' } }))
    expect(issues.map(({ message }) => message)).toEqual(
      Array(2).fill('is checked asynchronously: use createEnvAsync'),
    )
  })

  it('has no key but the variables, and can be cloned', () => {
    const env = createEnv({ schema: { A: secret() }, source: { A: goodSecret() } })
    expect(Reflect.ownKeys(env)).toEqual(['APP_ENV', 'A'])
    expect(structuredClone(env)).toEqual({ ...env })
    expect(inspect(env)).toContain("A: '[secret]'")
  })
})

group('the stage', () => {
  const stageOf = (source: Record<string, string>, stage?: Stage) =>
    createEnv({ schema: {}, source, stage }).APP_ENV

  it('is APP_ENV, and an option beats it', () => {
    expect(stageOf({ APP_ENV: 'staging', NODE_ENV: 'production' })).toBe('staging')
    expect(stageOf({ APP_ENV: 'staging' }, 'test')).toBe('test')
    expect(stageOf({})).toBe('development')
  })

  it('is not NODE_ENV, but for test runners', () => {
    expect(stageOf({ NODE_ENV: 'test' })).toBe('test')
    expect(stageOf({ NODE_ENV: 'development' })).toBe('development')
    expect(refusals(() => stageOf({ NODE_ENV: 'production' }))).toEqual(['APP_ENV missing'])
  })

  it('is checked in full by the rules of production when it cannot be read', () => {
    const schema = { A: secret() }
    const run = () =>
      createEnv({ schema, source: { APP_ENV: 'prod', A: 'change-me-change-me-change-me-change-me' } })
    expect(refusals(run)).toEqual(['APP_ENV invalid', 'A weak'])
  })

  it('brings development defaults into development and test alone', () => {
    const schema = { URL_: z.url().meta({ developmentDefault: 'http://localhost' }) }
    expect(createEnv({ schema, source: {}, stage: 'test' }).URL_).toBe('http://localhost')
    expect(refusals(() => createEnv({ schema, source: {}, stage: 'staging' }))).toEqual(['URL_ missing'])
  })
})

group('rules', () => {
  const schema = { MIN: int(), MAX: int() }

  it('of the user see parsed values and the stage, and are typed', () => {
    const run = (MIN: string, MAX: string) =>
      createEnv({
        schema,
        source: { MIN, MAX },
        rules: [
          (env, { stage, report }) => {
            expectTypeOf(env.MIN).toEqualTypeOf<number | undefined>()
            if (env.MIN! > env.MAX!) report('MIN', `must not exceed MAX in ${stage}`)
          },
        ],
      })
    expect(run('1', '2').MIN).toBe(1)
    expect(issuesOf(() => run('3', '2'))).toEqual([
      { name: 'MIN', code: 'conflict', message: 'must not exceed MAX in development' },
    ])
  })

  it('travel with a shape when it is spread, and when a variable is replaced or left out', () => {
    const shape = withRules(
      schema,
      (env, { report }) => void (env.MIN === 1 && report('MIN', 'must not be one')),
    )
    const { MAX: _, ...rest } = shape
    expect(refusals(() => createEnv({ schema: { ...shape }, source: { MIN: '1', MAX: '2' } }))).toEqual([
      'MIN conflict',
    ])
    expect(
      refusals(() => createEnv({ schema: { X: z.string().optional(), ...rest }, source: { MIN: '1' } })),
    ).toEqual(['MIN conflict'])
    const replaced = { ...shape, MIN: int({ min: 5 }) }
    expect(refusals(() => createEnv({ schema: replaced, source: { MIN: '1', MAX: '2' } }))).toEqual([
      'MIN invalid',
    ])
  })

  it('say nothing more about a variable that is refused already, and may stumble over it', () => {
    const run = () =>
      createEnv({
        schema,
        source: { MIN: 'x', MAX: '1' },
        rules: [
          (_, { report }) => report('MIN', 'again'),
          (env) => void env.MIN!.toFixed(),
          (_, { report }) => report('MAX', 'too'),
        ],
      })
    expect(refusals(run)).toEqual(['MIN invalid', 'MAX conflict'])
  })

  it('that throw over a valid environment are reported', () => {
    const rules = [
      () => {
        throw new Error('x')
      },
    ]
    expect(refusals(() => createEnv({ schema, rules, source: { MIN: '1', MAX: '2' } }))).toEqual([
      'rules threw',
    ])
  })

  it('that are asynchronous are refused, and their rejection is not printed', () => {
    const rules = [async () => Promise.reject(new Error('secret'))]
    const run = () => createEnv({ schema, rules: rules as never, source: { MIN: '1', MAX: '2' } })
    expect(refusals(run)).toEqual(['rules threw'])
  })

  it('show the words of the user, unless part of a value is in them', () => {
    const TOKEN = goodSecret()
    const say = (message: string) =>
      issuesOf(() =>
        createEnv({
          schema: { TOKEN: z.string() },
          source: { TOKEN },
          rules: [(_, { report }) => report('TOKEN', message)],
        }),
      )[0]!.message
    expect(say('must be asked for at the front desk')).toBe('must be asked for at the front desk')
    expect(say(`is ${TOKEN.slice(0, 4)}…`)).toMatch(/withheld/)
  })
})

group('the words of schemas', () => {
  const wordsOf = (schema: z.ZodType, text = 'some text') =>
    issuesOf(() => createEnv({ schema: { A: schema }, source: { A: text } }))[0]!.message

  it('are plain', () => {
    expect(wordsOf(z.enum(['red', 'green']))).toBe('must be one of: red, green')
    expect(wordsOf(z.literal('red'))).toBe('must be red')
    expect(wordsOf(z.string().min(20))).toBe('must be 20 characters or more')
    expect(wordsOf(z.string().max(2))).toBe('must be 2 characters or less')
    expect(wordsOf(z.coerce.number())).toBe('must be a number')
    expect(wordsOf(z.coerce.number().gt(5), '5')).toBe('must be more than 5')
    expect(wordsOf(z.coerce.number().multipleOf(5), '7')).toBe('must be a multiple of 5')
    expect(wordsOf(z.url())).toBe('must be a valid url')
    expect(wordsOf(z.string().startsWith('ab:'))).toBe('must start with ab:')
    expect(wordsOf(z.string().endsWith(':ab'))).toBe('must end with :ab')
    expect(wordsOf(z.string().includes('::'))).toBe('must contain ::')
    expect(wordsOf(z.union([z.literal('a'), z.literal('b')]))).toBe('has none of the allowed forms')
    expect(wordsOf(z.string().refine(() => false))).toBe('is not valid')
  })

  it('are the schema’s own where it has some', () => {
    expect(wordsOf(z.string().refine(() => false, 'must rhyme'))).toBe('must rhyme')
    expect(wordsOf(z.url({ error: 'needs an address' }))).toBe('needs an address')
  })
})

group('describe() and redact()', () => {
  it('tell where each variable came from, and never a value', () => {
    const KEY = goodSecret()
    const schema = {
      KEY: secret(),
      A: int().default(1),
      B: z.string().meta({ developmentDefault: 'b' }),
      C: z.string().optional(),
      D_TOKEN: z.string(),
    }
    const env = createEnv({ schema, source: { KEY, D_TOKEN: 'x' } })
    expect(describe(env)).toEqual({
      stage: 'development',
      warnings: [],
      variables: [
        { name: 'APP_ENV', source: 'default', secret: false, defaultUsed: true },
        { name: 'KEY', source: 'source', secret: true, defaultUsed: false },
        { name: 'A', source: 'default', secret: false, defaultUsed: true },
        { name: 'B', source: 'development default', secret: false, defaultUsed: true },
        { name: 'C', source: 'unset', secret: false, defaultUsed: false },
        { name: 'D_TOKEN', source: 'source', secret: true, defaultUsed: false },
      ],
    })
    expect(JSON.stringify(describe(env))).not.toContain(KEY)
  })

  it('hide a secret in all its usual forms', () => {
    const KEY = `${goodSecret()}"\\/+ü`
    const MONGODB_URI = 'mongodb://shop:p%40ssw0rd-9f8e7d@db.example/shop'
    const env = createEnv({
      schema: { KEY: secret(), MONGODB_URI: z.string().meta({ secret: true }) },
      source: { KEY, MONGODB_URI },
    })
    const basic = Buffer.from(`shop:${KEY}`).toString('base64')
    const forms = [
      KEY,
      JSON.stringify(KEY),
      encodeURIComponent(KEY),
      Buffer.from(KEY).toString('hex'),
      Buffer.from(KEY).toString('base64url'),
    ]
    for (const form of [...forms, basic]) {
      const redacted = redact(env, `before ${form} after`)
      expect(redacted).toContain('[KEY]')
      expect(redacted).toMatch(/^before .* after$/s)
      expect(redacted).not.toContain(form.slice(8, 40))
    }
    expect(redact(env, MONGODB_URI)).toBe('[MONGODB_URI]')
    expect(redact(env, 'wrong password p@ssw0rd-9f8e7d')).toBe('wrong password [MONGODB_URI]')
    expect(redact(env, 'nothing here $& $1')).toBe('nothing here $& $1')
  })
})
