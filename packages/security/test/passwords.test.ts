import { randomInt, scryptSync } from 'node:crypto'
import bcrypt from 'bcryptjs'
import { describe, expect, it } from 'vitest'
import { createPasswords } from '../src/index.js'
import { commonPasswords } from '../src/common-passwords.js'
import { hasArgon2, parseHash } from '../src/password-hash.js'

const quick = { dangerouslyLowCost: true } as const
const algorithms = hasArgon2 ? (['scrypt', 'argon2id'] as const) : (['scrypt'] as const)

describe.each(algorithms)('createPasswords() with %s', (algorithm) => {
  const passwords = createPasswords({ ...quick, algorithm })

  it('knows the password that it has hashed, and no other', async () => {
    const hash = await passwords.hash('correct horse')
    expect(await passwords.verify(hash, 'correct horse')).toBe(true)
    expect(await passwords.verify(hash, 'correct horsf')).toBe(false)
    expect(await passwords.verify(hash, 'correct horse ')).toBe(false)
    expect(await passwords.verify(hash, '')).toBe(false)
  })

  it('hashes the same password differently each time', async () => {
    expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'))
  })

  it('asks for a new hash when the costs have changed', async () => {
    const hash = await passwords.hash('correct horse')
    expect(passwords.needsRehash(hash)).toBe(false)
    expect(createPasswords({ algorithm }).needsRehash(hash)).toBe(true)
    expect(passwords.needsRehash('$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy')).toBe(true)
  })
})

describe('createPasswords()', () => {
  const passwords = createPasswords({ ...quick, algorithm: 'scrypt' })

  it("hashes at OWASP's costs unless told otherwise, and writes them down", async () => {
    const real = createPasswords({ algorithm: 'scrypt' })
    const hash = await real.hash('correct horse')
    expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/)
    const [salt, key] = hash.split('$').slice(3) as [string, string]
    const expected = scryptSync('correct horse', Buffer.from(salt, 'base64'), 32, {
      N: 2 ** 15,
      r: 8,
      p: 3,
      maxmem: 2 ** 26,
    })
    expect(Buffer.from(key, 'base64').equals(expected)).toBe(true)
    expect(await real.verify(hash, 'correct horse')).toBe(true)
  })

  it('hashes for an unknown user what it would hash for a known one', async () => {
    for (const nobody of [undefined, null])
      expect(await passwords.verify(nobody, 'correct horse')).toBe(false)
    const full = createPasswords({ ...quick, algorithm: 'scrypt', concurrency: 1, maxWaiting: 0 })
    const [, second] = await Promise.allSettled([full.verify(undefined, 'a'), full.verify(undefined, 'a')])
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'SECURITY_PASSWORD_BUSY' } })
  })

  it('counts characters at the low end and bytes at the high one', async () => {
    await expect(passwords.hash('1234567')).rejects.toMatchObject({
      code: 'SECURITY_PASSWORD_TOO_SHORT',
      status: 400,
    })
    await expect(passwords.hash('🦁🦁🦁🦁🦁🦁🦁')).rejects.toMatchObject({
      code: 'SECURITY_PASSWORD_TOO_SHORT',
    })
    await expect(passwords.hash('🦁🦁🦁🦁🦁🦁🦁🦁')).resolves.toMatch(/^\$scrypt/)
    await expect(passwords.hash('é'.repeat(512))).resolves.toMatch(/^\$scrypt/)
    await expect(passwords.hash('é'.repeat(513))).rejects.toMatchObject({
      code: 'SECURITY_PASSWORD_TOO_LONG',
      status: 400,
    })
    await expect(passwords.hash({ length: 9 } as never)).rejects.toMatchObject({
      code: 'SECURITY_PASSWORD_TOO_SHORT',
    })
  })

  it('does not cut a long password, nor end it at a NUL', async () => {
    const hash = await passwords.hash(`${'x'.repeat(100)}\0end`)
    expect(await passwords.verify(hash, `${'x'.repeat(100)}\0end`)).toBe(true)
    expect(await passwords.verify(hash, `${'x'.repeat(100)}\0`)).toBe(false)
    expect(await passwords.verify(hash, 'x'.repeat(100))).toBe(false)
  })

  it('says no to what is no password', async () => {
    const hash = await passwords.hash('correct horse')
    for (const password of [undefined, null, 1, {}, { $ne: '' }, ['correct horse']]) {
      expect(await passwords.verify(hash, password as never)).toBe(false)
    }
    expect(await passwords.verify(hash, 'x'.repeat(2000))).toBe(false)
  })

  it.each([
    ['a bcrypt hash that takes minutes', '$2b$20$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'],
    ['md5crypt', '$1$salt$qJH7.N4xYta3aEG/dfqo/0'],
    ['a salt that is not canonical base64', `$scrypt$ln=1,r=8,p=1$${'A'.repeat(21)}B$${'A'.repeat(43)}`],
    ['plain text', 'correct horse'],
    ['nothing', ''],
    ['costs that exhaust the machine', `$scrypt$ln=31,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
    ['costs of nothing', `$scrypt$ln=0,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
    ['a short key', `$scrypt$ln=1,r=8,p=1$${'A'.repeat(22)}$AAAA`],
  ])('refuses a stored hash that is not ours: %s', async (_what, hash) => {
    const refusal = await passwords.verify(hash, 'correct horse').catch((err: unknown) => err as Error)
    expect(refusal).toMatchObject({ code: 'SECURITY_PASSWORD_HASH_UNSUPPORTED', status: 500 })
    expect(String(refusal)).not.toContain(hash || '$')
  })

  it('verifies what another library has written as a PHC string', async () => {
    const [salt, cost] = [Buffer.from('saltsalt'), { N: 16, r: 4, p: 2 }]
    for (const bytes of [16, 32, 64]) {
      const key = scryptSync('correct horse', salt, bytes, cost).toString('base64').replaceAll('=', '')
      const hash = `$scrypt$ln=4,r=4,p=2$c2FsdHNhbHQ$${key}`
      expect(await passwords.verify(hash, 'correct horse')).toBe(true)
      expect(await passwords.verify(hash, 'correct horsf')).toBe(false)
      expect(passwords.needsRehash(hash)).toBe(true)
    }
  })

  it('verifies the bcrypt hashes that an application had before, and asks for a new one', async () => {
    // The first two are of OpenBSD's and Openwall's test vectors.
    for (const [hash, password] of [
      ['$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
      ['$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a', 'U*U*U'],
      [await bcrypt.hash('correct horse', 4), 'correct horse'],
      [await bcrypt.hash('\u00e9'.repeat(36), 4), '\u00e9'.repeat(36)],
    ] as const) {
      expect(await passwords.verify(hash, password), password).toBe(true)
      expect(await passwords.verify(hash, `${password}x`), password).toBe(false)
      expect(await passwords.verify(hash, undefined as never)).toBe(false)
      expect(passwords.needsRehash(hash)).toBe(true)
    }
  })

  it("does not fall into bcrypt's traps: 72 bytes, and NUL", async () => {
    const hash = await bcrypt.hash('x'.repeat(72), 4)
    expect(await passwords.verify(hash, 'x'.repeat(72))).toBe(true)
    expect(await passwords.verify(hash, `${'x'.repeat(72)}y`)).toBe(false)
    expect(await passwords.verify(hash, '\u00e9'.repeat(37))).toBe(false)
    const short = await bcrypt.hash('correct', 4)
    expect(await passwords.verify(short, 'correct\0horse')).toBe(false)
    expect(await passwords.verify(await bcrypt.hash('', 4), '\0')).toBe(false)
    expect(await passwords.verify(await bcrypt.hash('', 4), 'x'.repeat(73))).toBe(false)
  })

  it('refuses the passwords that everybody tries first', async () => {
    const refusal = { code: 'SECURITY_PASSWORD_COMMON', status: 400 }
    for (const common of ['password', 'Password1', 'QWERTYUIOP', '12345678', 'iloveyou'])
      await expect(passwords.hash(common), common).rejects.toMatchObject(refusal)
    expect(commonPasswords.size).toBe(5000)
    for (const avoid of [['Wanjiku Kamau'], ['wanjiku@example.com'], ['x', 'WANJIKU']])
      await expect(passwords.hash('Wanjiku1!', { avoid })).rejects.toMatchObject(refusal)
    for (const fine of ['correct horse', 'Wanjiku and her hen', 'wanjiku7'.repeat(2)])
      await expect(passwords.hash(fine, { avoid: ['Wanjiku', 'an'] })).resolves.toMatch(/^\$scrypt/)
  })

  it('takes as long for an unknown user as for a wrong password', async () => {
    const hash = await passwords.hash('correct horse')
    const kinds = {
      known: () => passwords.verify(hash, 'wrong horse'),
      unknown: () => passwords.verify(undefined, 'wrong horse'),
      atOnce: () => Promise.resolve(false),
    }
    const times: Record<keyof typeof kinds, number[]> = { known: [], unknown: [], atOnce: [] }
    // In an order left to chance: what ran just before has an influence. The first rounds are for warming up.
    for (let round = -100; round < 300; round++) {
      const names = (Object.keys(kinds) as (keyof typeof kinds)[]).map((name) => ({
        name,
        place: randomInt(2 ** 32),
      }))
      for (const { name } of names.sort((a, b) => a.place - b.place)) {
        const start = process.hrtime.bigint()
        await kinds[name]()
        if (round >= 0) times[name].push(Number(process.hrtime.bigint() - start))
      }
    }
    // Mann and Whitney: 5 standard deviations by chance once in two million runs. The last line shows that it can tell.
    expect(Math.abs(mannWhitney(times.known, times.unknown))).toBeLessThan(5)
    expect(Math.abs(mannWhitney(times.known, times.atOnce))).toBeGreaterThan(10)
  })

  it('reads an argon2id hash, and says so where Node has none', async () => {
    const hash = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`
    expect(parseHash(hash)?.cost).toEqual({ algorithm: 'argon2id', m: 19456, t: 2, p: 1 })
    if (hasArgon2) expect(await passwords.verify(hash, 'correct horse')).toBe(false)
    else
      await expect(passwords.verify(hash, 'x')).rejects.toMatchObject({
        code: 'SECURITY_PASSWORD_HASH_UNSUPPORTED',
      })
  })

  it('runs a few at once, lets a few wait, and refuses the rest', async () => {
    const bounded = createPasswords({ ...quick, algorithm: 'scrypt', concurrency: 2, maxWaiting: 3 })
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => bounded.hash('correct horse')))
    expect(results.map(({ status }) => status)).toEqual([
      ...Array<string>(5).fill('fulfilled'),
      ...Array<string>(3).fill('rejected'),
    ])
    expect(results[7]).toMatchObject({
      reason: { code: 'SECURITY_PASSWORD_BUSY', status: 503, headers: { 'Retry-After': '2' } },
    })
    await expect(bounded.hash('correct horse')).resolves.toBeDefined()
  })

  it('ends what runs, and starts nothing more, when it is closed', async () => {
    const closing = createPasswords({ ...quick, algorithm: 'scrypt' })
    let ended = false
    const running = closing.hash('correct horse').finally(() => (ended = true))
    await closing.close()
    await closing.close()
    expect(ended).toBe(true)
    await expect(running).resolves.toBeDefined()
    await expect(closing.hash('correct horse')).rejects.toMatchObject({ code: 'SECURITY_PASSWORD_BUSY' })
  })

  it('refuses options that make no sense', () => {
    expect(() => createPasswords({ minLength: 6 })).toThrow(/minLength is 6/)
    expect(() => createPasswords({ maxBytes: 72.5 })).toThrow(/maxBytes/)
    expect(() => createPasswords({ algorithm: 'bcrypt' as never })).toThrow(/algorithm must be/)
    expect(() => createPasswords({ lowCost: true } as never)).toThrow(/Did you mean/)
    if (!hasArgon2) expect(() => createPasswords({ algorithm: 'argon2id' })).toThrow(/no argon2/)
  })
})

/** By how many standard deviations the ranks of two samples differ from what chance would give. */
function mannWhitney(a: number[], b: number[]): number {
  const all = [...a.map((value) => ({ value, isA: true })), ...b.map((value) => ({ value, isA: false }))]
  const ranks = all
    .sort((x, y) => x.value - y.value)
    .reduce((sum, { isA }, index) => sum + (isA ? index + 1 : 0), 0)
  const u = ranks - (a.length * (a.length + 1)) / 2
  return (u - (a.length * b.length) / 2) / Math.sqrt((a.length * b.length * (all.length + 1)) / 12)
}
