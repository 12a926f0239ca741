import express, { type Express, type Router } from 'express'
import type { Payments } from '@ementech/payments'
import type { Env } from './env.js'
import { accountRoutes } from './routes/accounts.js'
import { configRoute } from './routes/config.js'
import { orderRoutes } from './routes/orders.js'
import { productRoutes } from './routes/products.js'
import { webApp } from './routes/web.js'
import type { Security } from './security.js'
import type { Accounts } from './services/accounts.js'
import type { Catalogue } from './services/catalogue.js'
import type { Orders } from './services/orders.js'

interface AppOptions {
  env: Env
  security: Security
  payments: Payments
  accounts: Accounts
  catalogue: Catalogue
  orders: Orders
  health: Router
  webDir: string
}

/** What one request meets, in this order. */
export function createApp(options: AppOptions): Express {
  const { env, security, payments, accounts, catalogue, orders, health, webDir } = options
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', env.TRUST_PROXY) // whose X-Forwarded-For is believed

  app.use('/health', health) // probes: no headers, no limits
  app.use('/webhooks', payments.webhooks) // before any body parser: signatures are over raw bytes
  app.use(security.middleware) // headers → CORS → bodies

  app.use('/api/auth', accountRoutes({ security, accounts }))
  app.use('/api/products', productRoutes({ catalogue }))
  app.use('/api/orders', security.authenticate(), orderRoutes({ security, orders }))
  app.use('/api/config', configRoute({ sandboxPhoneUrl: env.SANDBOX_PHONE_URL }))
  app.use('/api', security.notFound)

  app.use(webApp(webDir)) // the built pages; every other path is the page itself
  app.use(security.errorHandler) // the one place that answers errors
  return app
}
