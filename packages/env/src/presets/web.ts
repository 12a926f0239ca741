import { bool } from '../fields/bool.js'
import { httpUrl } from '../fields/urls.js'
import { preset } from '../rules.js'
import { checkKeyMode, type KeyModeOptions, keyModeKeys } from './key-mode.js'
import { assertKnownKeys } from '../options.js'
import { modeOf, publishableKey } from './stripe.js'

/** What the browser gets: VITE_API_URL, VITE_APP_URL, VITE_STRIPE_PUBLISHABLE_KEY, VITE_ENABLE_ANALYTICS. */
export function web(options: KeyModeOptions = {}) {
  assertKnownKeys('presets.web()', options, keyModeKeys)
  return preset(
    'Web',
    {
      VITE_API_URL: httpUrl().meta({
        description: 'Where the API is reached',
        example: 'https://api.shop.example',
        developmentDefault: 'http://localhost:5000',
      }),
      VITE_APP_URL: httpUrl().meta({
        description: 'Where the site is reached',
        example: 'https://shop.example',
        developmentDefault: 'http://localhost:5173',
      }),
      VITE_STRIPE_PUBLISHABLE_KEY: publishableKey()
        .optional()
        .meta({ description: "Stripe's key for browsers", secret: false }),
      VITE_ENABLE_ANALYTICS: bool().default(false).meta({ description: 'Whether visits are measured' }),
    },
    {
      rules: [
        (env, context) => {
          const mode = modeOf(env.VITE_STRIPE_PUBLISHABLE_KEY)
          if (mode) checkKeyMode('VITE_STRIPE_PUBLISHABLE_KEY', mode, options, context)
        },
      ],
    },
  )
}
