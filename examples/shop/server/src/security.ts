import { createSecurity } from '@ementech/security'
import { mongoSessionStore } from '@ementech/security/mongo'
import type { Connection } from 'mongoose'
import type { Env } from './env.js'
import type { Accounts } from './services/accounts.js'

/** Who may come in, and what every answer carries. */
export async function shopSecurity(
  env: Env,
  connection: Connection,
  accounts: Pick<Accounts, 'byId'>,
  logger: Console,
) {
  const store = mongoSessionStore(connection.collection('sessions'))
  await store.ensureIndexes()
  return createSecurity({
    production: env.APP_ENV === 'production' || env.APP_ENV === 'staging',
    headers: { preset: 'web', noStorePaths: ['/api'] },
    cors: { origins: env.ALLOWED_ORIGINS },
    body: { maxJsonBytes: 64 * 1024 },
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
    logger,
  })
}

export type Security = Awaited<ReturnType<typeof shopSecurity>>
