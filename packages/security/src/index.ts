export { authenticate, findAuth, getAuth, type AuthenticateOptions } from './authenticate.js'
export { authorize, type AuthorizePredicate } from './authorize.js'
export { bodyParsers, type BodyOptions } from './body.js'
export type { Nonces } from './content-security-policy.js'
export type { ContentService, ContentSources } from './content-sources.js'
export { cors, type CorsOptions } from './cors.js'
export {
  createSecurity,
  type Security,
  type SecurityBase,
  type SecurityCsrf,
  type SecurityIdentity,
  type SecurityLockout,
  type SecurityOptions,
  type SecurityPasswordReset,
  type SecuritySessions,
} from './create-security.js'
export { createCsrf, type Csrf, type CsrfOptions } from './csrf.js'
export { cspReports, type CspReport, type CspReportsOptions } from './csp-reports.js'
export { errorHandler, type ErrorHandlerOptions } from './error-handler.js'
export {
  SecurityError,
  ValidationError,
  type SecurityErrorCode,
  type SecurityErrorInit,
  type Violation,
} from './errors.js'
export { expressRateLimitStore } from './express-rate-limit-store.js'
export { getNonces, securityHeaders, type HeadersOptions } from './headers.js'
export { jwks, type JwksOptions } from './jwks.js'
export { injectionGuard, type InjectionGuardOptions } from './injection-guard.js'
export type { AllowedInput } from './input-check.js'
export { createLockout, type Lockout, type LockoutOptions } from './lockout.js'
export type { Logger } from './logger.js'
export { memoryRateLimitStore, type MemoryRateLimitStoreOptions } from './memory-rate-limit-store.js'
export { memorySessionStore } from './memory-session-store.js'
export { memoryStateStore } from './memory-state-store.js'
export { notFound } from './not-found.js'
export { createPasswordReset, type PasswordReset, type PasswordResetOptions } from './password-reset.js'
export { createPasswords, type Passwords, type PasswordsOptions } from './passwords.js'
export type { Problem } from './problem.js'
export { authLimit, generalLimit, loginLimit } from './rate-limit-policies.js'
export type { RateLimitBy, RateLimitPolicy, StoreOutageRule } from './rate-limit-policy.js'
export type { LimitRule, RateLimitStore, Taken } from './rate-limit-store.js'
export { rateLimit, type RateLimiter, type RateLimitOptions } from './rate-limit.js'
export {
  redisRateLimitStore,
  type RedisCommand,
  type RedisRateLimitStoreOptions,
} from './redis-rate-limit-store.js'
export { redisSessionStore } from './redis-session-store.js'
export { redisStateStore } from './redis-state-store.js'
export type { CookieOptions } from './secure-cookie.js'
export type { Rotation, SessionStore, StoredSession } from './session-store.js'
export {
  createSessions,
  type SessionGrant,
  type SessionInfo,
  type Sessions,
  type SessionsOptions,
  type SessionUser,
} from './sessions.js'
export type { StateStore } from './state-store.js'
export type { AccessClaims } from './token-claims.js'
export type { PublicJwk, TokenAlgorithm, TokenKey } from './token-keys.js'
export { createTokens, type NewToken, type Tokens, type TokensOptions } from './tokens.js'
export { validate, type Valid, type Validate, type ValidateSchemas } from './validate.js'
