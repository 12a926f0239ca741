import * as z from 'zod'
import { bool } from '../fields/bool.js'
import { Fault, field, markOf } from '../fields/field.js'
import { list } from '../fields/list.js'
import { parseText } from '../parse-text.js'
import { origin } from '../fields/urls.js'
import { preset } from '../rules.js'

/** ALLOWED_ORIGINS, ALLOWED_METHODS, ALLOWED_CREDENTIALS. */
export function cors() {
  return preset(
    'CORS',
    {
      ALLOWED_ORIGINS: list(originOrAny()).meta({
        description: 'Origins whose pages may call this server, or * for all (without credentials)',
        example: 'https://shop.example',
        developmentDefault: 'http://localhost:5173',
      }),
      ALLOWED_METHODS: list(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']))
        .default(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
        .meta({ description: 'Methods that those pages may use' }),
      ALLOWED_CREDENTIALS: bool().default(true).meta({ description: 'Whether they may send cookies' }),
    },
    {
      rules: [
        ({ ALLOWED_ORIGINS, ALLOWED_CREDENTIALS }, { report }) => {
          if (!ALLOWED_ORIGINS?.includes('*')) return
          if (ALLOWED_ORIGINS.length > 1) report('ALLOWED_ORIGINS', 'must be * alone, or a list without it')
          else if (ALLOWED_CREDENTIALS)
            report('ALLOWED_ORIGINS', 'must not be * while ALLOWED_CREDENTIALS is true: list the origins')
        },
      ],
    },
  )
}

function originOrAny(): z.ZodType<string, string> {
  const one = origin()
  return field((text) => {
    if (text === '*') return text
    const parsed = parseText(one, text)
    return parsed.ok ? parsed.value : (parsed.faults[0] ?? new Fault('must be an origin'))
  }, markOf(one))
}
