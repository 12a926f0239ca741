import { describe as group, expect, it } from 'vitest'
import * as z from 'zod'
import { createEnv, createEnvAsync, describe, EnvError, int, secret } from '../src/index.js'
import { directory, goodSecret } from './support.js'

async function refusal(promise: Promise<unknown>): Promise<EnvError> {
  const error = await promise.then(
    () => expect.fail('was accepted'),
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(EnvError)
  return error as EnvError
}

group('createEnvAsync()', () => {
  const schema = { KEY: secret(), LIMIT: int().default(3), WHO: z.string().optional() }

  it('asks sources that answer later: real environment, then sources in order, then files', async () => {
    const KEY = goodSecret()
    using dir = directory({ '.env': 'WHO=file\nLIMIT=1' })
    const first = { WHO: '', LIMIT: 7, KEY }
    const env = await createEnvAsync({
      schema,
      files: dir.path,
      source: {},
      sources: {
        vault: () => Promise.resolve(first),
        other: () => ({ WHO: 'other', LIMIT: '8', ignored: {} }),
      },
    })
    expect({ ...env }).toMatchObject({ KEY, LIMIT: 7, WHO: 'other' })
    expect(describe(env).variables.map(({ source }) => source)).toEqual([
      'default',
      'vault',
      'vault',
      'other',
    ])
    expect(
      (await createEnvAsync({ schema, source: { WHO: 'real', KEY }, sources: { v: () => ({ WHO: 'x' }) } }))
        .WHO,
    ).toBe('real')
  })

  it('reports a source that fails, together with everything else', async () => {
    const sources = {
      broken: () => Promise.reject(Object.assign(new Error('token s3cr3t'), { code: 'ECONNREFUSED' })),
      denied: () => Promise.reject(Object.assign(new Error(), { status: 403 })),
      thrown: () => {
        throw new Error('s3cr3t')
      },
      silly: () => 'text' as never,
    }
    const error = await refusal(createEnvAsync({ schema, source: { LIMIT: 'x' }, sources }))
    expect(error.issues.map(({ name, code }) => `${name} ${code}`)).toEqual([
      'KEY missing',
      'LIMIT invalid',
      'broken unreadable',
      'denied unreadable',
      'thrown unreadable',
      'silly unreadable',
    ])
    expect(error.message).toContain('ECONNREFUSED')
    expect(error.message).toContain('status 403')
    expect(error.message).not.toContain('s3cr3t')
  })

  it('does not wait for ever', async () => {
    const never = () => new Promise<Record<string, string>>(() => {})
    const error = await refusal(createEnvAsync({ schema: {}, source: {}, sources: { never }, timeoutMs: 5 }))
    expect(error.issues).toEqual([
      { name: 'never', code: 'unreadable', message: 'is a source that did not answer: ETIMEDOUT' },
    ])
  })

  it('runs asynchronous refinements and transforms', async () => {
    const known = {
      HOST: z
        .string()
        .refine(async (text) => text === 'a', 'must be known')
        .transform(async (text) => text.toUpperCase()),
    }
    expect((await createEnvAsync({ schema: known, source: { HOST: 'a' } })).HOST).toBe('A')
    expect((await refusal(createEnvAsync({ schema: known, source: { HOST: 'b' } }))).issues[0]!.message).toBe(
      'must be known',
    )
  })

  it('answers as createEnv does where nothing is asynchronous', async () => {
    const options = { schema, source: { KEY: 'x', LIMIT: 'y' }, stage: 'production' } as const
    let expected: EnvError | undefined
    try {
      createEnv(options)
    } catch (error) {
      expected = error as EnvError
    }
    expect((await refusal(createEnvAsync(options))).message).toBe(expected!.message)
  })

  it('rejects misuse with a TypeError', async () => {
    await expect(createEnvAsync({ schema, vaults: {} } as never)).rejects.toThrow(TypeError)
  })
})
