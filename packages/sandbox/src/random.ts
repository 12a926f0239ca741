import { createHash, randomBytes } from 'node:crypto'

/** A stream of random choices that is the same for the same seed. */
export interface Random {
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number
  /** `length` characters, each one of `alphabet`. */
  text(length: number, alphabet: string): string
}

/** Creates a stream from a seed; without a seed, from the system's randomness. Not for secrets. */
export function createRandom(seed: string = randomBytes(16).toString('hex')): Random {
  const next = sfc32(createHash('sha256').update(seed).digest())
  const int = (min: number, max: number) => min + Math.floor((next() / 2 ** 32) * (max - min + 1))
  return {
    int,
    text: (length, alphabet) =>
      Array.from({ length }, () => alphabet.charAt(int(0, alphabet.length - 1))).join(''),
  }
}

/** Chris Doty-Humphrey's Small Fast Counter, 32 bits (PractRand). */
function sfc32(seed: Buffer): () => number {
  let [a, b, c, counter] = [seed.readInt32LE(0), seed.readInt32LE(4), seed.readInt32LE(8), 1]
  return () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
}
