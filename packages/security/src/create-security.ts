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
  /** false leaves the parsing to the application. */
  body?: BodyOptions | false
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

/** What every `createSecurity()` gives. */
export interface SecurityBase {
  /** Headers, CORS, body parsing, in this order. Mount it first, behind webhooks alone. */
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
  (O extends { sessions: { loadUser: (sub: string) => Promise<infer User> } }
    ? SecuritySessions<Extract<User, SessionUser>>
    : unknown)

const optionKeys = [
  'headers',
  'cors',
  'body',
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

  const base: SecurityBase = {
    middleware: inOrder(requestPath(options, shared)),
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
  return { ...base, ...identity, ...(sessions && { sessions }) } as Security<O>
}

/** What every request passes, from top to bottom. */
function requestPath(
  options: SecurityOptions,
  shared: { production: boolean; logger: Logger },
): RequestHandler[] {
  return [
    options.headers === false ? [] : securityHeaders({ ...options.headers, production: shared.production }),
    options.cors === undefined ? [] : cors({ ...options.cors, ...shared }),
    options.body === false ? [] : bodyParsers(options.body),
  ].flat()
}
