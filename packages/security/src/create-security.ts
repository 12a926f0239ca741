import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import { authenticate, type AuthenticateOptions } from './authenticate.js'
import { authorize } from './authorize.js'
import { bodyParsers, type BodyOptions } from './body.js'
import { cors, type CorsOptions } from './cors.js'
import { createCsrf, type Csrf, type CsrfOptions } from './csrf.js'
import { cspReports, type CspReportsOptions } from './csp-reports.js'
import { errorHandler, type ErrorHandlerOptions } from './error-handler.js'
import { securityHeaders, type HeadersOptions } from './headers.js'
import { jwks, type JwksOptions } from './jwks.js'
import { createLockout, type Lockout, type LockoutOptions } from './lockout.js'
import { silentLogger, type Logger } from './logger.js'
import { inOrder } from './middleware.js'
import { notFound } from './not-found.js'
import { assertKnownKeys } from './options.js'
import { createPasswordReset, type PasswordReset, type PasswordResetOptions } from './password-reset.js'
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
  /** Receives what the Content-Security-Policy has stopped, and tells browsers where to send it. */
  cspReports?: Part<CspReportsOptions>
  /** Limits every request by its address, and gives `rateLimit` for limits of single routes. */
  rateLimit?: SecurityRateLimits
  /** false leaves the parsing to the application. */
  body?: BodyOptions | false
  /** false lets keys pass that a database could take for operators. @default on */
  injectionGuard?: Part<InjectionGuardOptions> | false
  /** Gives `tokens`, `authenticate`, `authorize` and `jwks`. */
  tokens?: TokensOptions
  /** Gives `sessions`. Needs `tokens`. */
  sessions?: Part<Omit<SessionsOptions, 'tokens' | 'csrf'>>
  /**
   * Gives `csrf`. On where there are sessions, with their secret, and for the `cors` origins that may send cookies; false
   * switches it off, for a service that no browser calls.
   */
  csrf?: Part<Partial<Omit<CsrfOptions, 'sessionId'>>> | false
  passwords?: PasswordsOptions
  /** Gives `passwordReset`. Needs `sessions`. */
  passwordReset?: Omit<PasswordResetOptions, 'sessions'>
  /** Gives `lockout`, with the secret of the sessions if it has none of its own. */
  lockout?: Part<Omit<LockoutOptions, 'secret'>> & Partial<Pick<LockoutOptions, 'secret'>>
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
  /** Headers, CORS, the general limit, bodies, the injection guard, CSRF. Mount it first, behind webhooks alone. */
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
  authenticate(
    options?: Pick<AuthenticateOptions, 'optional'> & {
      /** Looks up whether the session still lives, so that a log-out counts at once. @default false */
      checkSession?: boolean
    },
  ): RequestHandler
  authorize: typeof authorize
  /** Makes the handler that publishes the public keys: mount it at `/.well-known/jwks.json`. */
  jwks(options?: Omit<JwksOptions, 'tokens'>): RequestHandler
}

/** What `sessions` adds. */
export interface SecuritySessions<User extends SessionUser = SessionUser> {
  sessions: Sessions<User>
}

/** What `sessions` or `csrf` adds. */
export interface SecurityCsrf {
  /** It is part of `middleware` already. */
  csrf: Csrf
}

/** What `passwordReset` adds. */
export interface SecurityPasswordReset {
  passwordReset: PasswordReset
}

/** What `lockout` adds. */
export interface SecurityLockout {
  lockout: Lockout
}

/** The parts that the options configure, and no others. */
export type Security<O extends SecurityOptions = SecurityOptions> = SecurityBase &
  (O extends { tokens: TokensOptions } ? SecurityIdentity : unknown) &
  (O extends { rateLimit: SecurityRateLimits } ? SecurityLimits : unknown) &
  (O extends { sessions: { loadUser: (sub: string) => Promise<infer User> } }
    ? SecuritySessions<Extract<User, SessionUser>>
    : unknown) &
  (O extends { csrf: false }
    ? unknown
    : O extends { csrf: object } | { sessions: object }
      ? SecurityCsrf
      : unknown) &
  (O extends { passwordReset: object } ? SecurityPasswordReset : unknown) &
  (O extends { lockout: object } ? SecurityLockout : unknown)

const optionKeys = [
  'headers',
  'cors',
  'cspReports',
  'rateLimit',
  'body',
  'injectionGuard',
  'tokens',
  'sessions',
  'csrf',
  'passwords',
  'passwordReset',
  'lockout',
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
  // The two need each other: a session that starts gets a token, and a token belongs to a session.
  const csrf = requestProtection(options, production, (req) => sessions?.idOf(req))
  const sessions =
    tokens &&
    options.sessions &&
    createSessions({ ...options.sessions, ...shared, tokens, ...(csrf && { csrf }) })
  if (options.passwordReset && !sessions)
    throw new TypeError('createSecurity: passwordReset ends sessions. Configure both.')
  const accountParts = {
    ...(sessions && { sessions }),
    ...(csrf && { csrf }),
    ...(sessions &&
      options.passwordReset && {
        passwordReset: createPasswordReset({ ...options.passwordReset, sessions }),
      }),
    ...(options.lockout && {
      lockout: createLockout({ secret: options.sessions?.secret ?? [], ...options.lockout, production }),
    }),
  }
  const limits = options.rateLimit && securityLimits(options.rateLimit, shared)

  const base: SecurityBase = {
    middleware: inOrder(requestPath(options, shared, { limits, csrf })),
    validate,
    passwords,
    notFound: notFound(),
    errorHandler: errorHandler({ ...options.errors, ...shared }),
    close: () => passwords.close(),
  }
  const identity: SecurityIdentity | undefined = tokens && {
    tokens,
    authenticate: ({ checkSession = false, ...settings } = {}) => {
      if (checkSession && !sessions) throw new TypeError('authenticate: checkSession needs sessions.')
      const verify = checkSession ? sessions!.verify : tokens.verify
      return authenticate({ ...settings, verify, ...(sessions && { fromCookie: sessions.fromCookie }) })
    },
    authorize,
    jwks: (settings) => jwks({ ...settings, tokens }),
  }
  return { ...base, ...limits, ...identity, ...accountParts } as Security<O>
}

function requestProtection(
  { csrf, sessions, cors }: SecurityOptions,
  production: boolean,
  sessionId: (req: Request) => string | undefined,
): Csrf | undefined {
  if (csrf === false || (csrf === undefined && sessions === undefined)) return undefined
  return createCsrf({
    secret: sessions?.secret ?? [],
    trustedOrigins: cors?.credentials ? cors.origins : [],
    ...csrf,
    production,
    sessionId,
  })
}

/** What every request passes, from top to bottom. */
function requestPath(
  options: SecurityOptions,
  shared: { production: boolean; logger: Logger },
  { limits, csrf }: { limits: SecurityLimits | undefined; csrf: Csrf | undefined },
): RequestHandler[] {
  const general = options.rateLimit?.general ?? {}
  return [
    options.headers === false
      ? []
      : securityHeaders({
          reportPath: options.cspReports?.path,
          ...options.headers,
          production: shared.production,
        }),
    options.cors === undefined ? [] : cors({ ...options.cors, ...shared }),
    limits === undefined || general === false ? [] : limits.rateLimit(generalLimit(general)),
    options.cspReports ? cspReports({ ...options.cspReports, logger: shared.logger }) : [],
    options.body === false ? [] : bodyParsers(options.body),
    options.injectionGuard === false
      ? []
      : injectionGuard({ ...options.injectionGuard, logger: shared.logger }),
    csrf === undefined ? [] : csrf.protect,
  ].flat()
}

function securityLimits(
  { general: _, store = memoryRateLimitStore(), ...settings }: SecurityRateLimits,
  shared: { production: boolean; logger: Logger },
): SecurityLimits {
  return { rateLimit: (policy) => rateLimit({ ...settings, ...shared, store, policy }) }
}
