import {
  createSecurity,
  memoryRateLimitStore,
  redisRateLimitStore,
  type SecurityOptions,
} from '@ementech/security'
import { mongoSessionStore, mongoStateStore } from '@ementech/security/mongo'
import type { Request } from 'express'
import type { Connection } from 'mongoose'
import type { Env } from './env.js'
import type { RedisConnection } from './redis.js'
import type { Accounts } from './services/accounts.js'
import { cardFormKey } from './services/stripe.js'

interface SecurityParts {
  env: Env
  connection: Connection
  accounts: Pick<Accounts, 'byId'>
  redis: RedisConnection
  logger: Console
}

/** Who may come in, and what every answer carries. */
export async function shopSecurity(parts: SecurityParts) {
  return createSecurity(await securityOptions(parts))
}

/** Each part of it; `app.ts` has the limits of single routes. */
export async function securityOptions({ env, connection, accounts, redis, logger }: SecurityParts) {
  const store = mongoSessionStore(connection.collection('sessions'))
  const states = mongoStateStore(connection.collection('security_states'))
  await Promise.all([store.ensureIndexes(), states.ensureIndexes()])
  const cardForm = cardFormKey(env) ? (['stripe'] as const) : []
  return {
    production: env.APP_ENV === 'production' || env.APP_ENV === 'staging',
    headers: {
      preset: 'web',
      services: [...cardForm, 'cloudinary'],
      sources: { img: env.CLOUDINARY_DELIVERY_BASE ? [new URL(env.CLOUDINARY_DELIVERY_BASE).origin] : [] },
      noStorePaths: ['/api'],
    },
    cors: { origins: env.ALLOWED_ORIGINS },
    rateLimit: {
      store: redis ? redisRateLimitStore(redis.command, { prefix: 'shop:limit:' }) : memoryRateLimitStore(),
      secret: env.JWT_REFRESH_SECRET,
      general: {
        limit: env.RATE_LIMIT_MAX_REQUESTS,
        windowSeconds: Math.ceil(env.RATE_LIMIT_WINDOW_MS / 1000),
        skip: isPage,
      },
    },
    cspReports: { path: '/csp-reports' },
    body: { maxJsonBytes: 64 * 1024 },
    injectionGuard: {},
    tokens: {
      issuer: env.JWT_ISSUER,
      audience: env.JWT_AUDIENCE,
      keys: [{ kid: '1', alg: env.JWT_ALGORITHM, key: env.JWT_ACCESS_SECRET }],
      accessTtlSeconds: env.JWT_ACCESS_EXPIRY,
    },
    sessions: {
      store,
      secret: env.JWT_REFRESH_SECRET,
      loadUser: accounts.byId,
      idleTtlSeconds: env.JWT_REFRESH_EXPIRY,
      cookie: { path: '/api/auth' },
    },
    lockout: { store: states },
    passwordReset: { store: states },
    logger,
  } satisfies SecurityOptions
}

/**
 * The built pages and their files: one visit asks for dozens, and many people share an address. As Express matches
 * paths, the case of letters makes no difference.
 */
function isPage({ method, path }: Request): boolean {
  return (method === 'GET' || method === 'HEAD') && !/^\/api(\/|$)/i.test(path)
}

export type Security = Awaited<ReturnType<typeof shopSecurity>>
