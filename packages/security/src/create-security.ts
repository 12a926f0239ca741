import type { ErrorRequestHandler, RequestHandler } from 'express'
import { authenticate, type AuthenticateOptions } from './authenticate.js'
import { authorize } from './authorize.js'
import { bodyParsers, type BodyOptions } from './body.js'
import { cors, type CorsOptions } from './cors.js'
import { errorHandler, type ErrorHandlerOptions } from './error-handler.js'
import { securityHeaders, type HeadersOptions } from './headers.js'
import { jwks, type JwksOptions } from './jwks.js'
import { silentLogger, type Logger } from './logger.js'
import { inOrder } from './middleware.js'
import { notFound } from './not-found.js'
import { assertKnownKeys } from './options.js'
import { createPasswords, type Passwords, type PasswordsOptions } from './passwords.js'
import { injectionGuard, type InjectionGuardOptions } from './injection-guard.js'
import { generalLimit } from './rate-limit-policies.js'
import type { RateLimitPolicy } from './rate-limit-policy.js'
import { memoryRateLimitStore } from './memory-rate-limit-store.js'
import { rateLimit, type RateLimiter, type RateLimitOptions } from './rate-limit.js'
import { createSessions, type Sessions, type SessionsOptions, type SessionUser } from './sessions.js'
import { createTokens, type Tokens, type TokensOptions } from './tokens.js'
import { validate } from './validate.js'

type Part<Options> = Omit<Options, 'production' | 'logger'>

/** Options of `createSecurity()`, one for each part. */
export interface SecurityOptions {
  /** false leaves the headers to the application. @default the api preset */
  headers?: Part<HeadersOptions> | false
  /** Without it, no origin is let in and none is stopped. */
  cors?: Part<CorsOptions>
  /** Limits every request by its address, and gives `rateLimit` for limits of single routes. */
  rateLimit?: SecurityRateLimits
  /** false leaves the parsing to the application. */
  body?: BodyOptions | false
  /** false lets keys pass that a database could take for operators. @default on */
  injectionGuard?: Part<InjectionGuardOptions> | false
  /** Gives `tokens`, `authenticate`, `authorize` and `jwks`. */
  tokens?: TokensOptions
  /** Gives `sessions`. Needs `tokens`. */
  sessions?: Part<Omit<SessionsOptions, 'tokens'>>
  passwords?: PasswordsOptions
  errors?: Part<ErrorHandlerOptions>
  /** Whether people depend on this process: true on staging, too. @default true */
  production?: boolean
  /** @default silent */
  logger?: Logger
}

/** Limits of `createSecurity()`: what all of them share, and the one that every request meets. */
export interface SecurityRateLimits extends Part<Omit<RateLimitOptions, 'policy'>> {
  /** Changes to the limit that every request meets; false for none. @default generalLimit() */
  general?: Partial<RateLimitPolicy> | false
}

/** What every `createSecurity()` gives. */
export interface SecurityBase {
  /** Headers, CORS, the general limit, body parsing, the injection guard, in this order. Mount it first, behind webhooks alone. */
  middleware: RequestHandler
  validate: typeof validate
  passwords: Passwords
  /** Mount it behind the routes. */
  notFound: RequestHandler
  /** Mount it last. */
  errorHandler: ErrorRequestHandler
  /** Hashes no further password. Resolves when the running hashes have ended. */
  close(): Promise<void>
}

/** What `rateLimit` adds. */
export interface SecurityLimits {
  /** Makes the limiter of a route, with the store and the settings of all. */
  rateLimit(policy: RateLimitPolicy | readonly RateLimitPolicy[]): RateLimiter
}

/** What `tokens` adds. */
export interface SecurityIdentity {
  tokens: Tokens
  /** Makes a handler that lets in who has a valid access token. */
  authenticate(options?: Pick<AuthenticateOptions, 'optional'>): RequestHandler
  authorize: typeof authorize
  /** Makes the handler that publishes the public keys: mount it at `/.well-known/jwks.json`. */
  jwks(options?: Omit<JwksOptions, 'tokens'>): RequestHandler
}

/** What `sessions` adds. */
export interface SecuritySessions<User extends SessionUser = SessionUser> {
  sessions: Sessions<User>
}

/** The parts that the options configure, and no others. */
export type Security<O extends SecurityOptions = SecurityOptions> = SecurityBase &
  (O extends { tokens: TokensOptions } ? SecurityIdentity : unknown) &
  (O extends { rateLimit: SecurityRateLimits } ? SecurityLimits : unknown) &
  (O extends { sessions: { loadUser: (sub: string) => Promise<infer User> } }
    ? SecuritySessions<Extract<User, SessionUser>>
    : unknown)

const optionKeys = [
  'headers',
  'cors',
  'rateLimit',
  'body',
  'injectionGuard',
  'tokens',
  'sessions',
  'passwords',
  'errors',
  'production',
  'logger',
] as const satisfies readonly (keyof SecurityOptions)[]

/** Sessions give out access tokens. */
type NeedsTokens<O> = O extends { sessions: object } ? { tokens: TokensOptions } : unknown

/** Puts the parts together, in the order in which they belong. Each is a factory of its own, too. */
export function createSecurity<const O extends SecurityOptions>(options: O & NeedsTokens<O>): Security<O> {
  assertKnownKeys('createSecurity', options, optionKeys)
  const { production = true, logger = silentLogger } = options
  const shared = { production, logger }
  const passwords = createPasswords(options.passwords)
  const tokens = options.tokens && createTokens(options.tokens)
  if (options.sessions && !tokens)
    throw new TypeError('createSecurity: sessions need tokens. Configure both.')
  const sessions = tokens && options.sessions && createSessions({ ...options.sessions, ...shared, tokens })
  const limits = options.rateLimit && securityLimits(options.rateLimit, shared)

  const base: SecurityBase = {
    middleware: inOrder(requestPath(options, shared, limits)),
    validate,
    passwords,
    notFound: notFound(),
    errorHandler: errorHandler({ ...options.errors, ...shared }),
    close: () => passwords.close(),
  }
  const identity: SecurityIdentity | undefined = tokens && {
    tokens,
    authenticate: (settings) => authenticate({ ...settings, verify: tokens.verify }),
    authorize,
    jwks: (settings) => jwks({ ...settings, tokens }),
  }
  return { ...base, ...limits, ...identity, ...(sessions && { sessions }) } as Security<O>
}

/** What every request passes, from top to bottom. */
function requestPath(
  options: SecurityOptions,
  shared: { production: boolean; logger: Logger },
  limits: SecurityLimits | undefined,
): RequestHandler[] {
  const general = options.rateLimit?.general ?? {}
  return [
    options.headers === false ? [] : securityHeaders({ ...options.headers, production: shared.production }),
    options.cors === undefined ? [] : cors({ ...options.cors, ...shared }),
    limits === undefined || general === false ? [] : limits.rateLimit(generalLimit(general)),
    options.body === false ? [] : bodyParsers(options.body),
    options.injectionGuard === false
      ? []
      : injectionGuard({ ...options.injectionGuard, logger: shared.logger }),
  ].flat()
}

function securityLimits(
  { general: _, store = memoryRateLimitStore(), ...settings }: SecurityRateLimits,
  shared: { production: boolean; logger: Logger },
): SecurityLimits {
  return { rateLimit: (policy) => rateLimit({ ...settings, ...shared, store, policy }) }
}
