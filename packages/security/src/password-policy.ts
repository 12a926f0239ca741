import { commonPasswords } from './common-passwords.js'
import { SecurityError, type SecurityErrorCode } from './errors.js'

/** What a new password must be. */
export interface PasswordPolicy {
  minLength: number
  maxBytes: number
  /** Words that an attacker would try first, for this user. */
  avoid: readonly string[]
}

/** Throws 400 for a password that is too short, too long, or among the first that anybody would try. */
export function assertAcceptable(password: string, { minLength, maxBytes, avoid }: PasswordPolicy): void {
  // Characters as NIST SP 800-63B counts them: code points.
  if (typeof password !== 'string' || [...password.slice(0, 2 * minLength)].length < minLength)
    throw refused('SECURITY_PASSWORD_TOO_SHORT', `Choose a password of at least ${minLength} characters.`)
  if (Buffer.byteLength(password) > maxBytes)
    throw refused('SECURITY_PASSWORD_TOO_LONG', `Choose a password of at most ${maxBytes} bytes.`)
  if (isCommon(password.toLowerCase(), avoid))
    throw refused(
      'SECURITY_PASSWORD_COMMON',
      'This password is among the first that are tried. Choose another.',
    )
}

/** Common as it is, or nothing but one of the words with a few characters around it. */
function isCommon(password: string, avoid: readonly string[]): boolean {
  if (commonPasswords.has(password)) return true
  return avoid
    .flatMap((word) => [word, ...word.split(/[\s@]/)])
    .map((word) => word.toLowerCase())
    .some((word) => word.length >= 4 && password.includes(word) && password.length - word.length < 4)
}

function refused(code: SecurityErrorCode, message: string): SecurityError {
  return new SecurityError(code, message, { status: 400 })
}
