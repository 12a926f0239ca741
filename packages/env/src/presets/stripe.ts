import { list } from '../fields/list.js'
import { secret } from '../fields/secret.js'
import { text } from '../fields/text.js'
import { assertKnownKeys } from '../options.js'
import { preset } from '../rules.js'
import { checkKeyMode, keyModeKeys, type KeyModeOptions } from './key-mode.js'

const dashboard = 'dashboard.stripe.com'

/** STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET (a list, for rotation; STRIPE_ENDPOINT_SECRET is its old name). */
export function stripe(options: KeyModeOptions = {}) {
  assertKnownKeys('presets.stripe()', options, keyModeKeys)
  return preset(
    'Stripe',
    {
      STRIPE_SECRET_KEY: secret({
        from: dashboard,
        pattern: /^(?:sk|rk)_(?:test|live)_\w+$/,
        form: 'sk_test_…, sk_live_…, rk_test_… or rk_live_…',
      }).meta({ description: 'Secret or restricted API key' }),
      STRIPE_PUBLISHABLE_KEY: publishableKey().meta({
        description: 'Key for the browser, of the same account and mode',
      }),
      STRIPE_WEBHOOK_SECRET: list(secret({ from: dashboard, pattern: /^whsec_\S+$/, form: 'whsec_…' }), {
        max: 5,
      }).meta({
        description: 'Signing secret of the webhook endpoint; while rotating, both',
      }),
      STRIPE_ENDPOINT_SECRET: list(secret({ from: dashboard, pattern: /^whsec_\S+$/, form: 'whsec_…' }))
        .optional()
        .meta({ description: 'Old name of STRIPE_WEBHOOK_SECRET' }),
    },
    {
      prepare(read, { derive, report, warn }) {
        const [current, old] = [read('STRIPE_WEBHOOK_SECRET'), read('STRIPE_ENDPOINT_SECRET')]
        if (old === undefined) return
        if (current === undefined) {
          derive('STRIPE_WEBHOOK_SECRET', old, 'STRIPE_ENDPOINT_SECRET')
          warn('STRIPE_ENDPOINT_SECRET', 'is the old name of STRIPE_WEBHOOK_SECRET: rename it', 'deprecated')
        } else if (current !== old) {
          report(
            'STRIPE_ENDPOINT_SECRET',
            'is the old name of STRIPE_WEBHOOK_SECRET, which is set to something else: remove it',
          )
        }
      },
      rules: [
        (env, context) => {
          const mode = modeOf(env.STRIPE_SECRET_KEY)
          const published = modeOf(env.STRIPE_PUBLISHABLE_KEY)
          if (mode) checkKeyMode('STRIPE_SECRET_KEY', mode, options, context)
          if (mode && published && mode !== published) {
            context.report(
              'STRIPE_PUBLISHABLE_KEY',
              'must be of the same mode as STRIPE_SECRET_KEY: one is live, the other for tests',
            )
          }
        },
      ],
    },
  )
}

/** `pk_test_…` or `pk_live_…`, and never the secret key in its place. */
export function publishableKey() {
  return text(/^pk_(?:test|live)_\w+$/, 'pk_test_… or pk_live_…')
}

/** The mode of a Stripe key, by its prefix. */
export function modeOf(key: string | undefined): 'test' | 'live' | undefined {
  return /^[a-z]{2}_(test|live)_/.exec(key ?? '')?.[1] as 'test' | 'live' | undefined
}
