import * as z from 'zod'
import { assertKnownKeys } from '../options.js'
import { Fault, field } from './field.js'

/** Options of {@link email}. */
export interface EmailOptions {
  /** Lets `Shop <orders@shop.example>` through as well. @default false */
  allowName?: boolean | undefined
}

/** An e-mail address. */
export function email(options: EmailOptions = {}): z.ZodType<string, string> {
  assertKnownKeys('email()', options, ['allowName'])
  const form = options.allowName ? 'orders@shop.example or Shop <orders@shop.example>' : 'orders@shop.example'
  return field(
    (text) => {
      const [, named] = (options.allowName && /^[^<>\r\n"]{1,100}\s<([^<>\s]+)>$/.exec(text)) || []
      return z.regexes.email.test(named ?? text)
        ? text
        : new Fault(`must be an e-mail address, such as ${form}`)
    },
    { format: 'e-mail address' },
  )
}
