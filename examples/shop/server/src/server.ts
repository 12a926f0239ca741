import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createShutdown } from '@ementech/db/shutdown'
import { createRealtime } from '@ementech/realtime'
import { announceTo } from './announce.js'
import { createApp } from './app.js'
import { readEnv } from './env.js'
import { startOrderFeed } from './feed.js'
import { connectRedis } from './redis.js'
import { healthRoutes } from './routes/health.js'
import { shopSecurity } from './security.js'
import { seedProducts } from './seed.js'
import { createOnline } from './services/online.js'
import { openShop } from './shop.js'

const env = readEnv()
const logger = console
const shop = await openShop(env, logger)
const { db, payments, accounts, orders, bills, mailer, Product } = shop
await seedProducts(Product)
if (env.ADMIN_EMAIL && env.ADMIN_PASSWORD) {
  await accounts.ensureAdmin({ email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD })
}

const redis = connectRedis(env.REDIS_URL, logger)
const security = await shopSecurity({ env, connection: db.connection, accounts, redis, logger })
const server = createServer()
const realtime = createRealtime(server, {
  origins: env.ALLOWED_ORIGINS,
  authenticate: security.sessions.verify,
  trustProxyHops: typeof env.TRUST_PROXY === 'number' ? env.TRUST_PROXY : 0,
  logger,
})
const feed = startOrderFeed({ orders, announce: announceTo({ realtime, ...shop }), logger })
const shutdown = createShutdown({
  server,
  drain: { realtime: realtime.close },
  steps: {
    feed: feed.close,
    payments: payments.close,
    security: security.close,
    mailer: mailer.close,
    ...(redis && { redis: redis.close }),
    database: db.close,
  },
  readinessDelayMs: env.APP_ENV === 'development' ? 0 : 5_000,
  logger,
})
server.on(
  'request',
  createApp({
    env,
    shop,
    security,
    online: createOnline({ realtime, accounts }),
    hangUp: (userId) => realtime.toUser(userId).disconnect(),
    health: healthRoutes({ database: db.check, process: shutdown.check }),
    webDir: fileURLToPath(new URL('../../web/dist', import.meta.url)),
  }),
)
server.listen(env.PORT, env.HOST, () => process.send?.({ type: 'ready' }))
void bills.register() // the shop opens without M-Pesa, too
// A process manager that dies without a word must not leave this process behind.
process.once('disconnect', () => void shutdown.run('the parent process is gone'))
