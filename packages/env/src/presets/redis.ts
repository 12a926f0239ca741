import { parseRedisUrl, redisUrl } from '../fields/connection-urls.js'
import { isLoopback } from '../fields/hosts.js'
import { secret } from '../fields/secret.js'
import { preset } from '../rules.js'

/** REDIS_URL, and REDIS_PASSWORD, which is put into the URL if that has none. */
export function redis() {
  return preset(
    'Redis',
    {
      REDIS_URL: redisUrl().meta({ description: 'Needed as soon as there is more than one process' }),
      REDIS_PASSWORD: secret({ from: 'your Redis server', minBytes: 1 })
        .optional()
        .meta({ description: 'Put into REDIS_URL, where that has none' }),
    },
    {
      prepare(text, { derive, report }) {
        const [url, password] = [text('REDIS_URL'), text('REDIS_PASSWORD')]
        const parsed = url === undefined ? undefined : parseRedisUrl(url)
        if (!parsed || password === undefined) return
        if (parsed.password === '') {
          parsed.url.password = encodeURIComponent(password)
          derive('REDIS_URL', parsed.url.href, 'REDIS_URL and REDIS_PASSWORD')
        } else if (parsed.password !== password) {
          report('REDIS_PASSWORD', 'is another password than REDIS_URL holds: keep one of them')
        }
      },
      rules: [
        ({ REDIS_URL }, { stage, warn }) => {
          const parsed = REDIS_URL ? parseRedisUrl(REDIS_URL) : undefined
          if (
            stage === 'production' &&
            parsed?.url.protocol === 'redis:' &&
            !isLoopback(parsed.url.hostname)
          ) {
            warn('REDIS_URL', 'goes over the network without TLS: use rediss://', 'unsafe')
          }
        },
      ],
    },
  )
}
