import * as z from 'zod'
import { assertKnownKeys } from '../options.js'
import { isRelaxed } from '../stage.js'
import { Fault, verify, type FieldMark } from './field.js'
import { entropyFault, generateSecret, keyBytes, placeholderFault } from './strength.js'

/** Options of {@link secret}. */
export interface SecretOptions {
  /** Least length in bytes of UTF-8; hexadecimal counts half. @default 32, or 8 with `from` */
  minBytes?: number | undefined
  /** Who issues it, as in "the Cloudinary console". Without it, it is taken to be of your own making. */
  from?: string | undefined
  /** The form that its issuer gives it. */
  pattern?: RegExp | undefined
  /** The pattern in words, for the message: "sk_test_… or sk_live_…". */
  form?: string | undefined
}

/**
 * A secret: never shown, redacted, at least 32 bytes long (RFC 7518 §3.2, what HS256 needs). Placeholders and
 * values that are easy to guess are refused in staging and production. A zod string: `.startsWith()` and the rest follow.
 */
export function secret(options: SecretOptions = {}): z.ZodString {
  assertKnownKeys('secret()', options, ['minBytes', 'from', 'pattern', 'form'])
  const { from, minBytes = from ? 8 : 32, pattern, form } = options
  const remedy = from ? `copy it from ${from}` : `make one with: ${generateSecret}`

  const mark: FieldMark = {
    secret: true,
    remedy,
    format: form ?? `secret of ${minBytes} bytes or more`,
    inStage: (text, stage) =>
      isRelaxed(stage) ? undefined : (placeholderFault(text, remedy) ?? entropyFault(text, remedy)),
  }
  return z.string().check(
    verify(mark, (text) => {
      if (text !== text.trim()) return new Fault('has white space at an end: remove it')
      if (pattern && !pattern.test(text)) {
        return new Fault(`must look like ${form ?? 'its issuer writes it'}; ${remedy}`)
      }
      if (keyBytes(text) >= minBytes) return undefined
      return new Fault(`is shorter than ${minBytes} bytes (hexadecimal counts half); ${remedy}`, 'weak')
    }),
  )
}
