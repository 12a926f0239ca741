import * as z from 'zod'
import { number } from '../fields/int.js'
import { httpUrl } from '../fields/urls.js'
import { preset } from '../rules.js'

/** SENTRY_DSN (unset: nothing is reported), SENTRY_TRACES_SAMPLE_RATE, SENTRY_RELEASE. */
export function sentry() {
  return preset('Sentry', {
    SENTRY_DSN: httpUrl({ credentials: true })
      .optional()
      .meta({ description: 'Where errors are reported; unset, nowhere' }),
    SENTRY_TRACES_SAMPLE_RATE: number({ min: 0, max: 1 })
      .default(0.2)
      .meta({ description: 'Share of requests that are traced' }),
    SENTRY_RELEASE: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'Version that errors are filed under' }),
  })
}
