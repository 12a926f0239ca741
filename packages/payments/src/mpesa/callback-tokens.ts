import { createHmac, timingSafeEqual } from 'node:crypto'

/** HMACs that stand in the paths of callback URLs: hexadecimal, because base64 may spell a word that Daraja refuses. */
export interface CallbackTokens {
  /** With the first secret. */
  sign(parts: readonly string[]): string
  /** Which secret it was made with, `callbackSecret#1` being the first; null if with none. */
  verify(parts: readonly string[], token: string): string | null
}

/** Tokens of these secrets: the first signs, all verify. Throws a `TypeError` if they are too short. */
export function callbackTokens(secrets: readonly string[], where: string): CallbackTokens {
  for (const secret of secrets) {
    if (typeof secret === 'string' && secret.length >= 32) continue
    throw new TypeError(`${where} is to have 32 characters or more: openssl rand -hex 32`)
  }
  if (secrets.length === 0) throw new TypeError(`${where} is empty`)
  return {
    sign: (parts) => mac(secrets[0]!, parts),
    verify(parts, token) {
      if (!/^[0-9a-f]{64}$/.test(token)) return null
      let verifiedBy: string | null = null
      // Every secret is tried, so that the time taken tells nothing.
      for (const [index, secret] of secrets.entries()) {
        const equal = timingSafeEqual(Buffer.from(token), Buffer.from(mac(secret, parts)))
        if (equal) verifiedBy ??= `callbackSecret#${index + 1}`
      }
      return verifiedBy
    },
  }
}

function mac(secret: string, parts: readonly string[]): string {
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('hex')
}
