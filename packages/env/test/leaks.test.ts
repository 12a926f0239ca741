import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe as group, expect, it } from 'vitest'
import * as z from 'zod'
import {
  bool,
  bytes,
  createEnv,
  createEnvAsync,
  duration,
  email,
  EnvError,
  httpUrl,
  int,
  list,
  mongoUrl,
  origin,
  pem,
  port,
  redisUrl,
  secret,
  type EnvShape,
  type Rule,
} from '../src/index.js'

/** Schemas that make the value of X part of what they say, throw, or attach. */
const routes: Record<string, z.ZodType> = {
  'new URL, whose error holds the input': z.string().transform((text) => new URL(text)),
  BigInt: z.string().transform((text) => BigInt(text)),
  RegExp: z.string().transform((text) => new RegExp(`(${text}`)),
  'Intl time zone': z.string().transform((text) => new Intl.DateTimeFormat('en', { timeZone: text })),
  'reading a file whose path is the value': z.string().transform((text) => readFileSync(text)),
  'JSON.parse': z.string().transform((text) => JSON.parse(text) as unknown),
  'a refinement that quotes its input': z
    .string()
    .refine(() => false, { error: (issue) => `bad: ${String(issue.input)}` }),
  'a refinement that quotes six characters': z
    .string()
    .refine(() => false, { error: (issue) => `bad: ${String(issue.input).slice(3, 9)}…` }),
  'a refinement that encodes its input': z
    .string()
    .refine(() => false, { error: (issue) => btoa(encodeURIComponent(String(issue.input))) }),
  'a schema error that quotes its input': z
    .string({ error: () => 'no' })
    .min(5000, { error: (issue) => String(issue.input) }),
  'an issue added by hand': z
    .string()
    .superRefine((text, context) =>
      context.addIssue({ code: 'custom', message: `got ${text}`, params: { text } }),
    ),
  'an issue with the value as its path': z
    .string()
    .superRefine((text, context) => context.addIssue({ code: 'custom', message: 'no', path: [text] })),
  'a strict object with the value as a key': z
    .string()
    .transform((text) => ({ [text]: 1 }))
    .pipe(z.strictObject({ a: z.number() })),
  'a record whose key is the value': z
    .string()
    .transform((text) => ({ [text]: 1 }))
    .pipe(z.record(z.enum(['a']), z.number())),
  'an error thrown with the value': z.string().transform((text) => {
    throw new Error(text, { cause: text })
  }),
  'the value itself thrown': z.string().transform((text) => {
    throw text
  }),
  'an object thrown': z.string().transform((text) => {
    throw { text, [text]: text }
  }),
  'a zod error thrown': z.string().transform((text) => z.number().parse(text, { reportInput: true })),
  'a getter that throws later': z.string().transform((text) => {
    throw Object.defineProperty(new Error(), 'code', { get: () => text })
  }),
  'a preprocess that throws': z.preprocess((text) => {
    throw new Error(String(text))
  }, z.string()),
  'an asynchronous refinement': z.string().refine(async (text) => {
    throw new Error(text)
  }),
  enum: z.enum(['a', 'b']),
  literal: z.literal('a'),
  union: z.union([z.literal('a'), z.url()]),
  url: z.url(),
  number: z.coerce.number(),
  date: z.coerce.date(),
  stringbool: z.stringbool(),
  jwt: z.jwt(),
  'starts with': z.string().startsWith('never-'),
  'template literal': z.templateLiteral(['never-', z.number()]),
  length: z.string().max(3),
  'bool()': bool(),
  'int()': int(),
  'port()': port(),
  'duration()': duration('seconds'),
  'bytes()': bytes(),
  'email()': email(),
  'httpUrl()': httpUrl(),
  'origin()': origin(),
  'mongoUrl()': mongoUrl(),
  'redisUrl()': redisUrl(),
  'list()': list(int()),
  'list() of a schema that quotes': list(
    z.string().refine(() => false, { error: (issue) => `bad: ${String(issue.input)}` }),
  ),
  'pem()': pem('private'),
  'secret() that is too short': secret({ minBytes: 4000 }),
  'secret() of another form': secret({ from: 'x', pattern: /^never-/, form: 'never-…' }),
}

const rules: Record<string, Rule> = {
  'a rule that quotes': (env, { report }) => report('Y', `got ${String(env['Y'])}`),
  'a rule that warns with a quote': (env, { warn, report }) => {
    warn('Y', `got ${String(env['Y'])}`)
    report('Y', 'no')
  },
  'a rule that reports under the value': (env, { report }) => report(String(env['Y']), 'no'),
  'a rule that throws': (env) => {
    throw new TypeError(String(env['Y']))
  },
}

// A hash, because a value such as "aaaaaa" or "number" would be found in honest words.
const value = fc.uint8Array({ minLength: 18, maxLength: 48 }).map((salt) => {
  const bytes = createHash('sha512')
    .update(salt)
    .digest()
    .subarray(0, 12 + salt.length)
  return bytes.toString('base64url').replace(/^[-_\d]/, 'q')
})

/** Everything that a handler, a logger or a terminal could make of an error. */
function allOutputs(error: Error): string {
  const own = Object.getOwnPropertyNames(error).map((key) =>
    inspect((error as unknown as Record<string, unknown>)[key], { depth: 10 }),
  )
  return [
    error.message,
    error.stack,
    String(error),
    JSON.stringify(error),
    inspect(error, { depth: 10, showHidden: true }),
    ...own,
  ].join('\n')
}

function expectNothingOf(text: string, output: string): void {
  for (let start = 0; start + 6 <= text.length; start++) {
    const fragment = text.slice(start, start + 6)
    if (output.includes(fragment)) expect.fail(`a fragment of the value is in: ${output}`)
  }
  for (const form of [
    Buffer.from(text).toString('base64').slice(0, 12),
    Buffer.from(text).toString('hex').slice(0, 12),
  ]) {
    expect(output).not.toContain(form)
  }
}

function refusalOf(run: () => unknown): EnvError {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(EnvError)
    return error as EnvError
  }
  return expect.fail('was accepted')
}

group('an EnvError never holds a value', () => {
  for (const [title, schema] of Object.entries(routes)) {
    it(title, async () => {
      await fc.assert(
        fc.asyncProperty(value, async (text) => {
          for (const stage of ['development', 'production'] as const) {
            const options = { schema: { X: schema }, stage, source: { X: text } }
            const errors = [refusalOf(() => createEnv(options))]
            errors.push(
              await createEnvAsync(options).then(
                () => expect.fail('was accepted'),
                (error: EnvError) => error,
              ),
            )
            for (const error of errors) {
              expect(error.issues.length).toBeGreaterThan(0)
              expect(error.cause).toBeUndefined()
              expectNothingOf(text, allOutputs(error))
            }
          }
        }),
        { numRuns: 25 },
      )
    })
  }

  for (const [title, rule] of Object.entries(rules)) {
    it(title, () => {
      fc.assert(
        fc.property(value, (text) => {
          const logged: unknown[] = []
          const log = (...args: unknown[]) => logged.push(args)
          const logger = { debug: log, info: log, warn: log, error: log }
          const schema: EnvShape = { Y: z.string() }
          const error = refusalOf(() => createEnv({ schema, rules: [rule], source: { Y: text }, logger }))
          expectNothingOf(text, allOutputs(error) + inspect(logged, { depth: 10 }))
        }),
        { numRuns: 25 },
      )
    })
  }

  it('a secret that was set where its file was meant', () => {
    fc.assert(
      fc.property(value, (text) => {
        const error = refusalOf(() => createEnv({ schema: { X: secret() }, source: { X_FILE: text } }))
        expectNothingOf(text, allOutputs(error))
      }),
    )
  })

  it('a source that fails with the value in its error', async () => {
    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        for (const thrown of [
          new Error(text),
          text,
          { code: text, status: text },
          Object.assign(new Error(text), { code: `E${text}` }),
        ]) {
          const vault = () => Promise.reject(thrown as Error)
          const error = await createEnvAsync({
            schema: { X: secret() },
            source: {},
            sources: { vault },
          }).then(
            () => expect.fail('was accepted'),
            (error: EnvError) => error,
          )
          expectNothingOf(text, allOutputs(error))
        }
      }),
      { numRuns: 25 },
    )
  })

  it('a file that is torn into names made of a secret', () => {
    const name = 'X_B6HGVNMIHYIZ4PR4IETTAWXYKSTEY3DWFUIV_9K3YC_W8'
    const shown = refusalOf(() =>
      createEnv({ schema: { X_A: int(), X_B: int() }, source: { [name]: 'x' }, strict: true }),
    )
    expectNothingOf(name.slice(2), allOutputs(shown))
    fc.assert(
      fc.property(value, (text) => {
        const torn = {
          [`X_${text}`]: '=',
          [text]: text,
          [text.toUpperCase()]: 'x',
          X_TOKEN_A: 'longer-than-that',
        }
        const error = refusalOf(() =>
          createEnv({ schema: { X_A: int(), X_B: int() }, source: torn, strict: true }),
        )
        expectNothingOf(text, allOutputs(error))
      }),
    )
  })
})

group('the environment itself', () => {
  it('prints [secret] for secrets, as text and as JSON', () => {
    fc.assert(
      fc.property(value, (text) => {
        const padded = text.padEnd(44, text)
        const source = { A: padded, B_PASSWORD: padded, C: `${padded},${padded}x`, PORT: '80' }
        const env = createEnv({
          schema: { A: secret(), B_PASSWORD: z.string(), C: list(secret()), PORT: port() },
          source,
        })
        expect(env.A).toBe(padded)
        const output =
          inspect(env, { depth: 10 }) + JSON.stringify({ env }) + inspect({ deep: [env] }, { depth: 10 })
        expectNothingOf(padded, output)
        expect(JSON.parse(JSON.stringify(env))).toMatchObject({
          A: '[secret]',
          B_PASSWORD: '[secret]',
          C: '[secret]',
          PORT: 80,
        })
      }),
    )
  })
})
