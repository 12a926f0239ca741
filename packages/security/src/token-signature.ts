import { createHmac, timingSafeEqual, verify } from 'node:crypto'
import type { PreparedKey } from './token-keys.js'

/** Whether the key has signed the text (RFC 7518, 3.2 to 3.4). The key alone says by which algorithm. */
export function isSignedBy({ alg, verifyKey: key }: PreparedKey, text: string, signature: Buffer): boolean {
  if (alg === 'HS256') {
    const expected = createHmac('sha256', key).update(text).digest()
    return expected.length === signature.length && timingSafeEqual(expected, signature)
  }
  // RFC 7518, 3.4: r and s, 32 bytes each. DER, which other protocols use, has no place here.
  if (alg === 'ES256')
    return verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, signature)
  return verify('sha256', Buffer.from(text), key, signature)
}
