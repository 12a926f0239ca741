import compression from 'compression'
import express, { type Express, type Router } from 'express'
import type { Env } from './env.js'
import { accountRoutes } from './routes/accounts.js'
import { adminRoutes } from './routes/admin.js'
import { commentRoutes } from './routes/comments.js'
import { configRoute } from './routes/config.js'
import { orderRoutes } from './routes/orders.js'
import { productRoutes } from './routes/products.js'
import { webApp } from './routes/web.js'
import type { Security } from './security.js'
import type { Online } from './services/online.js'
import type { Shop } from './shop.js'

interface AppOptions {
  env: Env
  shop: Shop
  security: Security
  online: Online
  hangUp: (userId: string) => void
  health: Router
  webDir: string
}

/** What one request meets, in this order. */
export function createApp({ env, shop, security, online, hangUp, health, webDir }: AppOptions): Express {
  const { authorize } = security
  const authenticated = security.authenticate({ checkSession: true }) // a log-out counts at once
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', env.TRUST_PROXY) // whose X-Forwarded-For is believed

  app.use('/health', health) // probes: no headers, no limits
  app.use('/webhooks', shop.answers, shop.payments.webhooks) // before any body parser: signatures are over raw bytes
  app.use(security.middleware) // headers → CORS → limits (not of pages) → bodies → injection guard → CSRF
  app.use('/api/auth', accountRoutes({ env, security, hangUp, ...shop })) // before compression: its answers hold tokens (BREACH)
  app.use(compression()) // the one layer that compresses

  app.use('/api/products', productRoutes({ security, ...shop }))
  app.use('/api/comments', commentRoutes({ security, authenticated, ...shop }))
  app.use('/api/orders', authenticated, orderRoutes({ security, ...shop }))
  app.use('/api/admin', authenticated, authorize('admin'), adminRoutes({ security, online, ...shop }))
  app.use('/api/config', configRoute({ env, ...shop }))
  app.use('/api', security.notFound)

  if (shop.pictures.serve) app.use('/uploads', shop.pictures.serve) // pictures, where they are on this machine
  app.use(webApp(webDir)) // the built pages; every other path is the page itself
  app.use(security.errorHandler) // the one place that answers errors
  return app
}
