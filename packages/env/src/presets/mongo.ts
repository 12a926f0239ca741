import { mongoUrl, parseMongoUrl } from '../fields/connection-urls.js'
import { isLoopback } from '../fields/hosts.js'
import { int } from '../fields/int.js'
import { text } from '../fields/text.js'
import { preset } from '../rules.js'

/** MONGODB_URI, DB_NAME, and the sizes and time-outs of the pool. */
export function mongo() {
  return preset(
    'MongoDB',
    {
      MONGODB_URI: mongoUrl().meta({
        description: 'Connection string of MongoDB',
      }),
      DB_NAME: text(
        /^[^/\\. "$*<>:|?\0]{1,63}$/,
        '1 to 63 characters without / \\ . " $ * < > : | ? and spaces',
      )
        .optional()
        .meta({ description: 'Database, where the connection string names none' }),
      DB_MAX_POOL_SIZE: int({ min: 1, max: 1000 })
        .default(10)
        .meta({ description: 'Most connections of one process' }),
      DB_MIN_POOL_SIZE: int({ min: 0, max: 1000 })
        .default(2)
        .meta({ description: 'Fewest connections of one process' }),
      DB_SOCKET_TIMEOUT_MS: int({ min: 1000, max: 3_600_000 })
        .default(45_000)
        .meta({ description: 'A socket that is silent for so long is closed (not a limit on queries)' }),
      DB_CONNECT_TIMEOUT_MS: int({ min: 100, max: 600_000 })
        .default(10_000)
        .meta({ description: 'How long one connection may take to open' }),
      DB_SERVER_SELECTION_TIMEOUT_MS: int({ min: 100, max: 600_000 })
        .default(5000)
        .meta({ description: 'How long to look for a server before an operation fails' }),
    },
    {
      rules: [
        ({ DB_MIN_POOL_SIZE: min, DB_MAX_POOL_SIZE: max }, { report }) => {
          if (min !== undefined && max !== undefined && min > max)
            report('DB_MIN_POOL_SIZE', 'must not exceed DB_MAX_POOL_SIZE')
        },
        ({ MONGODB_URI, DB_NAME }, { report }) => {
          const named = MONGODB_URI && parseMongoUrl(MONGODB_URI)?.database
          if (named && DB_NAME && named !== DB_NAME)
            report('DB_NAME', 'is another database than MONGODB_URI names: keep one of them')
        },
        ({ MONGODB_URI }, { stage, warn }) => {
          const url = MONGODB_URI ? parseMongoUrl(MONGODB_URI) : undefined
          if (!url || stage !== 'production' || url.srv) return
          const encrypted = url.query.get('tls') === 'true' || url.query.get('ssl') === 'true'
          const local = url.hosts.every((host) => isLoopback(host.replace(/:\d+$/, '')))
          if (!encrypted && !local)
            warn('MONGODB_URI', 'goes over the network without TLS: add tls=true', 'unsafe')
        },
      ],
    },
  )
}
