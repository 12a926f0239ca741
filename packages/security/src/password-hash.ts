import * as crypto from 'node:crypto'

/** The algorithms and their costs, as the PHC string format names them. */
export type PasswordCost =
  | { algorithm: 'argon2id'; m: number; t: number; p: number }
  | { algorithm: 'scrypt'; ln: number; r: number; p: number }

/** A stored hash, taken apart. */
export interface PasswordHash {
  cost: PasswordCost
  salt: Buffer
  key: Buffer
}

/**
 * The costs of the OWASP Password Storage Cheat Sheet (2025): of its equivalents for scrypt the one that takes 32 MiB,
 * because 128 MiB for every login at once is more than a small server has.
 */
export const recommendedCost = {
  argon2id: { algorithm: 'argon2id', m: 19_456, t: 2, p: 1 },
  scrypt: { algorithm: 'scrypt', ln: 15, r: 8, p: 3 },
} as const satisfies Record<string, PasswordCost>

/** The least that the algorithms can be run with: for tests, which hash often and protect nobody. */
export const lowCost = {
  argon2id: { algorithm: 'argon2id', m: 8, t: 1, p: 1 },
  scrypt: { algorithm: 'scrypt', ln: 1, r: 8, p: 1 },
} as const satisfies Record<string, PasswordCost>

/** Whether this Node has argon2 built in (from 24.7). */
export const hasArgon2 = 'argon2' in crypto

const recommendedKeyBytes = 32

/** Derives the key of a password, in libuv's thread pool. */
export function deriveKey(
  password: string,
  { salt, cost, keyBytes = recommendedKeyBytes }: { salt: Buffer; cost: PasswordCost; keyBytes?: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (err: Error | null, key: Buffer) => (err ? reject(err) : resolve(key))
    if (cost.algorithm === 'scrypt') {
      const { ln, r, p } = cost
      const N = 2 ** ln
      // Node's limit lies below what the algorithm needs, 128 * N * r bytes; twice that covers what comes on top.
      crypto.scrypt(password, salt, keyBytes, { N, r, p, maxmem: 256 * N * r + 1024 * r * p }, done)
    } else {
      const { m, t, p } = cost
      argon2(
        'argon2id',
        { message: password, nonce: salt, parallelism: p, tagLength: keyBytes, memory: m, passes: t },
        done,
      )
    }
  })
}

/** Writes `$scrypt$ln=15,r=8,p=3$salt$key` or `$argon2id$v=19$m=19456,t=2,p=1$salt$key`. */
export function formatHash({ cost, salt, key }: PasswordHash): string {
  const head =
    cost.algorithm === 'scrypt'
      ? `scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}`
      : `argon2id$v=19$m=${cost.m},t=${cost.t},p=${cost.p}`
  return `$${head}$${unpadded(salt)}$${unpadded(key)}`
}

/**
 * Reads a PHC string of scrypt or argon2id, ours or another's. Undefined for anything else, for a salt or key too short
 * to protect, and for costs that would exhaust the machine.
 */
export function parseHash(text: string): PasswordHash | undefined {
  const [, algorithm = '', costs = '', saltText = '', keyText = ''] = format.exec(text) ?? []
  const [salt, key] = [Buffer.from(saltText, 'base64'), Buffer.from(keyText, 'base64')]
  if (unpadded(salt) !== saltText || unpadded(key) !== keyText) return undefined
  const numbers = costs.split(',').map((pair) => pair.split('='))
  const cost = readCost(algorithm, Object.fromEntries(numbers.map(([name, value]) => [name, Number(value)])))
  return cost && { cost, salt, key }
}

const format = /^\$(scrypt|argon2id\$v=19)\$([a-z\d=,]{1,40})\$([A-Za-z\d+/]{11,86})\$([A-Za-z\d+/]{22,86})$/

function readCost(algorithm: string, costs: Record<string, number>): PasswordCost | undefined {
  const { ln = 0, r = 0, m = 0, t = 0, p = 0 } = costs
  if (!isWithin(p, 1, 64)) return undefined
  if (algorithm === 'scrypt') {
    return isWithin(ln, 1, 20) && isWithin(r, 1, 32) ? { algorithm, ln, r, p } : undefined
  }
  return isWithin(m, 8, 2 ** 20) && isWithin(t, 1, 64) ? { algorithm: 'argon2id', m, t, p } : undefined
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}

type Argon2 = (
  algorithm: 'argon2id',
  parameters: {
    message: string
    nonce: Buffer
    parallelism: number
    tagLength: number
    memory: number
    passes: number
  },
  callback: (err: Error | null, key: Buffer) => void,
) => void

/** Not in the types of Node 20. */
const argon2 = (crypto as unknown as { argon2: Argon2 }).argon2
