import type { Request, RequestHandler } from 'express'
import { getAuth } from './authenticate.js'
import { SecurityError } from './errors.js'
import type { AccessClaims } from './token-claims.js'

/** Decides whether the caller may go on. */
export type AuthorizePredicate = (auth: AccessClaims, req: Request) => boolean | Promise<boolean>

/** Lets callers pass who have one of the roles, or whom the predicate accepts. Mount it behind `authenticate()`. */
export function authorize(
  ...allowed: [role: string, ...roles: string[]] | [predicate: AuthorizePredicate]
): RequestHandler {
  const mayPass = toPredicate(allowed)

  return function authorizeMiddleware(req, _res, next) {
    decide(req).then(() => next(), next)
  }

  async function decide(req: Request): Promise<void> {
    // Compared with true, so that a predicate that forgot its return lets nobody in.
    if ((await mayPass(getAuth(req), req)) !== true) throw forbidden()
  }
}

function toPredicate(allowed: readonly (string | AuthorizePredicate)[]): AuthorizePredicate {
  const [first] = allowed
  if (typeof first === 'function' && allowed.length === 1) return first
  if (allowed.length === 0 || !allowed.every((role) => typeof role === 'string' && role !== '')) {
    throw new TypeError('authorize: name at least one role, or give one predicate.')
  }
  return ({ roles = [] }) => roles.some((role) => allowed.includes(role))
}

function forbidden(): SecurityError {
  return new SecurityError('SECURITY_FORBIDDEN', 'This account may not do that.', {
    status: 403,
    headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' },
  })
}
