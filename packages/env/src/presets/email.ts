import { email as address } from '../fields/email.js'
import { secret } from '../fields/secret.js'
import { text } from '../fields/text.js'
import { preset } from '../rules.js'

/** EMAIL_SERVICE, EMAIL_API_KEY, EMAIL_FROM. The service `console`, the default in development, needs no key. */
export function email() {
  return preset(
    'E-mail',
    {
      EMAIL_SERVICE: text(/^[a-z][a-z0-9-]*$/, 'a name in lower case, such as sendgrid').meta({
        description: 'Who delivers; console prints instead',
        example: 'sendgrid',
        developmentDefault: 'console',
      }),
      EMAIL_API_KEY: secret({ from: 'your e-mail service' })
        .optional()
        .meta({ description: 'Key of the service' }),
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
          if (env.EMAIL_SERVICE !== 'console' && env.EMAIL_API_KEY === undefined) {
            report('EMAIL_API_KEY', 'is missing, while EMAIL_SERVICE names a service', 'missing')
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
