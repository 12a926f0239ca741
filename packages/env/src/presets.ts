import { cloudinary } from './presets/cloudinary.js'
import { cookies } from './presets/cookies.js'
import { cors } from './presets/cors.js'
import { email } from './presets/email.js'
import { jwt } from './presets/jwt.js'
import { logging } from './presets/logging.js'
import { mongo } from './presets/mongo.js'
import { mpesa } from './presets/mpesa.js'
import { rateLimit } from './presets/rate-limit.js'
import { realtime } from './presets/realtime.js'
import { redis } from './presets/redis.js'
import { sentry } from './presets/sentry.js'
import { server } from './presets/server.js'
import { stripe } from './presets/stripe.js'
import { web } from './presets/web.js'

/**
 * The variables of a service, to spread into a schema: `{ ...presets.server(), ...presets.mongo() }`. The rules
 * across them come along. A variable of a preset is replaced by spreading first and naming it after.
 */
export const presets = {
  server,
  cors,
  mongo,
  redis,
  jwt,
  cookies,
  cloudinary,
  stripe,
  mpesa,
  realtime,
  email,
  rateLimit,
  logging,
  sentry,
  web,
}
