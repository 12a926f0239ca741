import { allOrNone, createEnv, email, EnvError, httpUrl, presets, redisUrl, secret } from '@ementech/env'
import { z } from 'zod'

/** Everything that the server and the worker may be told. `.env.example` is made from it. */
export const schema = {
  ...presets.server(),
  ...presets.cors(),
  ...presets.mongo(),
  ...presets.jwt(),
  ...presets.mpesa(),
  ...allOrNone(presets.stripe()),
  ...allOrNone(presets.cloudinary()),
  ...presets.email(),
  ...presets.rateLimit(),
  ...presets.redis(),
  REDIS_URL: redisUrl().optional().meta({ description: 'Needed as soon as there is more than one process' }),
  JWT_ALGORITHM: z.literal('HS256').default('HS256').meta({ description: 'How access tokens are signed' }),
  JWT_ACCESS_SECRET: secret().meta({ description: 'Signs access tokens' }),
  JWT_REFRESH_SECRET: secret().meta({ description: 'Refresh tokens are derived from it' }),
  STRIPE_API_BASE: httpUrl()
    .optional()
    .meta({ description: "Where Stripe's API is; unset, it is Stripe's own" }),
  EMAIL_SERVICE: z.enum(['smtp', 'sendgrid', 'console']).meta({
    description: 'Who delivers; smtp is your own server, console prints instead',
    example: 'sendgrid',
    developmentDefault: 'console',
  }),
  UPLOAD_DIR: z.string().min(1).default('.data/uploads').meta({
    description: 'Where pictures are kept without Cloudinary: a folder that outlives a release',
    example: '/srv/shop/shared/uploads',
  }),
  ADMIN_EMAIL: email()
    .optional()
    .meta({ description: 'The first administrator: an account that is made at the start, if there is none' }),
  ADMIN_PASSWORD: secret({ from: 'your password manager' })
    .optional()
    .meta({ description: "The first administrator's password; changing it here changes nothing later" }),
  SANDBOX_PHONE_URL: httpUrl()
    .optional()
    .meta({ description: "In development, the sandbox's phone: the shop then offers a link to it" }),
}

export type Env = ReturnType<typeof createShopEnv>

/** Read and checked once, before anything starts; what is wrong is said in full, and nothing starts. */
export function readEnv(): Env {
  try {
    return createShopEnv()
  } catch (error) {
    if (!(error instanceof EnvError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}

/** The `.env` files are those beside package.json. */
function createShopEnv() {
  return createEnv({ schema, files: new URL('..', import.meta.url), logger: console })
}
