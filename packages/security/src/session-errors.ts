import { SecurityError } from './errors.js'

const unauthorized = { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } }

/** There is no refresh token. */
export function sessionMissing(): SecurityError {
  return new SecurityError('SECURITY_SESSION_MISSING', 'There is no session to renew. Sign in.', unauthorized)
}

/** The session has ended, or never was. */
export function sessionInvalid(): SecurityError {
  return new SecurityError('SECURITY_SESSION_INVALID', 'The session has ended. Sign in again.', unauthorized)
}

/** A refresh token came back after it had been replaced. */
export function sessionReused(): SecurityError {
  return new SecurityError(
    'SECURITY_SESSION_REUSED',
    'The refresh token had been used before, so someone may have copied it, and the session has been ended. Sign in again.',
    unauthorized,
  )
}
