import { constants, privateDecrypt } from 'node:crypto'
import { certificateKey } from './certificate.js'

/** The password in a SecurityCredential; undefined if it was not encrypted with the sandbox's certificate. */
export function decryptCredential(credential: string): string | undefined {
  try {
    // Node refuses to undo PKCS#1 v1.5 with OpenSSL before 3.2, for fear of Bleichenbacher; so that is done here.
    const key = { key: certificateKey, padding: constants.RSA_NO_PADDING }
    const block = privateDecrypt(key, Buffer.from(credential, 'base64'))
    const end = block.indexOf(0, 2)
    // RFC 8017, 7.2.2: 00 02, at least eight bytes of padding, 00, the message.
    const isPadded = block[0] === 0 && block[1] === 2 && end >= 10
    return isPadded ? block.subarray(end + 1).toString('utf8') : undefined
  } catch {
    return undefined
  }
}
