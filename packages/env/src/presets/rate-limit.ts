import { int } from '../fields/int.js'
import { preset } from '../rules.js'

const windowMs = { min: 1000, max: 86_400_000 }

/** RATE_LIMIT_WINDOW_MS, RATE_LIMIT_MAX_REQUESTS, RATE_LIMIT_AUTH_WINDOW_MS, RATE_LIMIT_AUTH_MAX. */
export function rateLimit() {
  return preset(
    'Rate limits',
    {
      RATE_LIMIT_WINDOW_MS: int(windowMs)
        .default(900_000)
        .meta({ description: 'Window of the general limit' }),
      // A single-page application sends 20 requests for a page, so the usual 100 lock out an ordinary visitor.
      RATE_LIMIT_MAX_REQUESTS: int({ min: 1 })
        .default(600)
        .meta({ description: 'Requests of one client in the window' }),
      RATE_LIMIT_AUTH_WINDOW_MS: int(windowMs)
        .default(900_000)
        .meta({ description: 'Window of the limit on logins' }),
      RATE_LIMIT_AUTH_MAX: int({ min: 1 })
        .default(5)
        .meta({ description: 'Attempts to log in, in that window' }),
    },
    {
      rules: [
        (env, { report }) => {
          const [auth, general] = [env.RATE_LIMIT_AUTH_MAX, env.RATE_LIMIT_MAX_REQUESTS]
          if (auth !== undefined && general !== undefined && auth > general) {
            report('RATE_LIMIT_AUTH_MAX', 'must not exceed RATE_LIMIT_MAX_REQUESTS, which counts logins too')
          }
        },
      ],
    },
  )
}
