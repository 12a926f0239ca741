import { email as address } from '../fields/email.js'
import { secret } from '../fields/secret.js'
import { text } from '../fields/text.js'
import { preset } from '../rules.js'

/** What a service needs; any other needs a key. */
const needs: Readonly<Record<string, 'SMTP_URL' | 'nothing'>> = { smtp: 'SMTP_URL', console: 'nothing' }

/**
 * EMAIL_SERVICE, EMAIL_API_KEY, SMTP_URL, EMAIL_FROM. A service by name needs its key, `smtp` a URL; `console`, the
 * default in development, needs nothing.
 */
export function email() {
  return preset(
    'E-mail',
    {
      EMAIL_SERVICE: text(/^[a-z][a-z0-9-]*$/, 'a name in lower case, such as sendgrid').meta({
        description: 'Who delivers; smtp is your own server, console prints instead',
        example: 'sendgrid',
        developmentDefault: 'console',
      }),
      EMAIL_API_KEY: secret({ from: 'your e-mail service' })
        .optional()
        .meta({ description: 'Key of the service' }),
      SMTP_URL: secret({
        from: 'your e-mail service',
        pattern: /^smtps?:\/\/\S+$/,
        form: 'smtps://user:password@host:465',
      })
        .optional()
        .meta({ description: 'Your own server, for the service smtp' }),
      EMAIL_FROM: address({ allowName: true }).meta({
        description: 'Sender',
        example: 'Shop <orders@shop.example>',
        developmentDefault: 'Shop <orders@localhost.example>',
      }),
    },
    {
      rules: [
        (env, { stage, report }) => {
          if (env.EMAIL_SERVICE === undefined) return
          const needed = needs[env.EMAIL_SERVICE] ?? 'EMAIL_API_KEY'
          if (needed !== 'nothing' && env[needed] === undefined) {
            report(needed, `is missing, while EMAIL_SERVICE is ${env.EMAIL_SERVICE}`, 'missing')
          }
          if (env.EMAIL_SERVICE === 'console' && stage === 'production') {
            report(
              'EMAIL_SERVICE',
              'must be a real service in production: console delivers nothing',
              'unsafe',
            )
          }
        },
      ],
    },
  )
}
