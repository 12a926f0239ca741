import { execSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { describe as group, expect, it } from 'vitest'
import { createEnv, secret, type Stage } from '../src/index.js'
import { goodSecret, issuesOf, refusals } from './support.js'

const read = (A: string, stage: Stage = 'production', schema = secret()) =>
  createEnv({ schema: { A: schema }, source: { A }, stage }).A

const placeholders = [
  'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz',
  'your_super_secure_random_min_256_bit_secret_key_here',
  'change-me-change-me-change-me-change-me',
  'ChangeThisToARandomStringOf32Characters',
  'replace_this_with_a_long_random_string',
  '<paste the value from the dashboard here>',
  '${JWT_SECRET_FROM_THE_VAULT_OF_THE_SHOP}',
  'example-example-example-example-example',
  'mysupersecretjwtsigningkeyforproduction',
  'password1234password1234password1234',
]
const guessable = [
  'q7Zk2mP9xR4vT8wYq7Zk2mP9xR4vT8wY',
  'xyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyz',
  '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
  'abcdefghijklmnopqrstuvwxyz0123456789',
  'xyxyxyzzyxyxyzyxyxyzyyxyzxyxyzyxyzyxyzyy',
]

group('secret()', () => {
  it.each(placeholders)('refuses the placeholder %s in every stage but development and test', (text) => {
    for (const stage of ['staging', 'production'] as const) {
      expect(refusals(() => read(text, stage))).toEqual(['A weak'])
      expect(issuesOf(() => read(text, stage))[0]!.message).toMatch(
        /^is a placeholder; make one with: node -e/,
      )
    }
    for (const stage of ['development', 'test'] as const) expect(read(text, stage)).toBe(text)
  })

  it.each(guessable)('refuses %s, which is easy to guess', (text) => {
    expect(issuesOf(() => read(text))[0]!.message).toMatch(/^is easy to guess; make one with: node -e/)
    expect(read(text, 'test')).toBe(text)
  })

  it.each(['-', 'xxx', 'TODO', 'none', 'undefined', 'test', 'changeme', '*****', '...', 'your-key'])(
    'refuses the placeholder %s for a key of others too',
    (text) => {
      const schema = secret({ from: 'the vendor', minBytes: 1 })
      expect(issuesOf(() => read(text, 'staging', schema))[0]!.message).toBe(
        'is a placeholder; copy it from the vendor',
      )
    },
  )

  it('never refuses a random one, in any of the usual alphabets', () => {
    for (let round = 0; round < 3000; round++) {
      const bytes = randomBytes(32)
      for (const text of [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')])
        expect(read(text)).toBe(text)
    }
  })

  it('prints a command that makes a good one', () => {
    const message = issuesOf(() => read('short'))[0]!.message
    const made = execSync(message.split('with: ')[1]!, { encoding: 'utf8' }).trim()
    expect(read(made)).toBe(made)
  })

  it('counts bytes, and half of them for hexadecimal', () => {
    expect(refusals(() => read(randomBytes(16).toString('hex'), 'test'))).toEqual(['A weak'])
    expect(refusals(() => read(goodSecret().slice(0, 31), 'test'))).toEqual(['A weak'])
    expect(read(goodSecret().slice(0, 32), 'test')).toHaveLength(32)
    expect(read('é'.repeat(16), 'test')).toHaveLength(16)
  })

  it('refuses white space at its ends', () => {
    expect(issuesOf(() => read(`${goodSecret()}\n`, 'test'))[0]!.message).toBe(
      'has white space at an end: remove it',
    )
  })

  it('is never a default from the code in staging and production', () => {
    const schema = secret().default(goodSecret())
    expect(issuesOf(() => read('', 'staging', schema as never))[0]!.message).toMatch(
      /^has only a default from the code/,
    )
    expect(read('', 'development', schema as never)).toBeTruthy()
  })
})
