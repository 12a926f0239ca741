import * as z from 'zod'
import { secret } from '../fields/secret.js'
import { httpUrl } from '../fields/urls.js'
import { preset } from '../rules.js'

/** LOG_LEVEL, ELASTICSEARCH_URL, ELASTICSEARCH_API_KEY. */
export function logging() {
  return preset(
    'Logging',
    {
      // The levels of winston, the strongest first.
      LOG_LEVEL: z.enum(['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly']).default('info').meta({
        description: 'The least important level that is logged',
      }),
      ELASTICSEARCH_URL: httpUrl({ internal: true })
        .optional()
        .meta({ description: 'Where logs are shipped to, if anywhere' }),
      ELASTICSEARCH_API_KEY: secret({ from: 'Elasticsearch' })
        .optional()
        .meta({ description: 'Key for shipping logs' }),
    },
    {
      rules: [
        (env, { stage, warn, report }) => {
          if (stage === 'production' && (env.LOG_LEVEL === 'debug' || env.LOG_LEVEL === 'silly')) {
            warn(
              'LOG_LEVEL',
              'is verbose enough in production to fill disks and to log personal data',
              'unsafe',
            )
          }
          if (env.ELASTICSEARCH_API_KEY !== undefined && env.ELASTICSEARCH_URL === undefined) {
            report('ELASTICSEARCH_URL', 'is missing, while ELASTICSEARCH_API_KEY is set', 'missing')
          }
        },
      ],
    },
  )
}
