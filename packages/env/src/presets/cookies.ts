import * as z from 'zod'
import { bool } from '../fields/bool.js'
import { isLoopback } from '../fields/hosts.js'
import { secret } from '../fields/secret.js'
import { text } from '../fields/text.js'
import { preset } from '../rules.js'

/** COOKIE_SECRET, COOKIE_DOMAIN, COOKIE_SECURE, COOKIE_SAME_SITE. */
export function cookies() {
  return preset(
    'Cookies',
    {
      COOKIE_SECRET: secret().meta({ description: 'Signs cookies and CSRF tokens' }),
      COOKIE_DOMAIN: text(
        /^\.?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9-]+$/i,
        'a host name, such as shop.example',
      )
        .optional()
        .meta({ description: 'Unset, only the host itself gets the cookie, which is safer' }),
      COOKIE_SECURE: bool()
        .default(true)
        .meta({ description: 'Whether cookies go over https only', developmentDefault: 'false' }),
      COOKIE_SAME_SITE: z
        .enum(['strict', 'lax', 'none'])
        .default('lax')
        .meta({ description: 'SameSite of cookies' }),
    },
    {
      rules: [
        (env, { stage, report }) => {
          if (env.COOKIE_SECURE === false && stage === 'production')
            report('COOKIE_SECURE', 'must be true in production', 'unsafe')
          if (env.COOKIE_SECURE === false && env.COOKIE_SAME_SITE === 'none') {
            report(
              'COOKIE_SAME_SITE',
              'must not be none while COOKIE_SECURE is false: browsers drop such cookies',
            )
          }
          if (env.COOKIE_DOMAIN && stage === 'production' && isLoopback(env.COOKIE_DOMAIN)) {
            report('COOKIE_DOMAIN', 'must not be localhost in production', 'unsafe')
          }
        },
      ],
    },
  )
}
