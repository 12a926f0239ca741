import type { Raw, RawHash } from './form.js'
import { invalid, type Refusal } from './refusal.js'

/** Checks a decoded value and turns it into what it means. `path` is its name on the wire. @throws Refusal */
export type Reader<T> = (raw: Raw, path: string) => T

/** Readers by the names of the parameters. */
export type Shape = Record<string, Reader<unknown>>

/** What a shape reads. */
export type ValuesOf<S extends Shape> = { [name in keyof S]: S[name] extends Reader<infer T> ? T : never }

/** A text that must say something. */
export const text: Reader<string> = (raw, path) => {
  if (typeof raw !== 'string') throw invalid(`Invalid string: ${shown(raw)}`, { param: path })
  if (raw !== '') return raw
  throw invalid(
    `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; however '${path}' cannot be unset.`,
    { code: 'parameter_invalid_empty', param: path },
  )
}

/** A text that an empty one takes away. */
export const clearable: Reader<string | null> = (raw, path) => (raw === '' ? null : text(raw, path))

/** A whole number from `min` to `max`. */
export function integer(min = 0, max = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (raw, path) => {
    const value = typeof raw === 'string' && /^-?\d{1,16}$/.test(raw) ? Number(raw) : NaN
    const refuse = (message: string): Refusal =>
      invalid(message, { code: 'parameter_invalid_integer', param: path })
    if (!Number.isSafeInteger(value)) throw refuse(`Invalid integer: ${shown(raw)}`)
    if (value < min) throw refuse(`This value must be greater than or equal to ${min}.`)
    if (value > max) throw refuse(`This value must be less than or equal to ${max}.`)
    return value
  }
}

/** `true` or `false`. */
export const boolean: Reader<boolean> = (raw, path) => {
  if (raw === 'true' || raw === 'false') return raw === 'true'
  throw invalid(`Invalid boolean: ${shown(raw)}`, { param: path })
}

/** One of the words. */
export function oneOf<const T extends string>(...words: T[]): Reader<T> {
  return (raw, path) => {
    const word = words.find((known) => known === raw)
    if (word !== undefined) return word
    throw invalid(`Invalid ${path}: must be ${words.length > 1 ? 'one of ' : ''}${words.join(', ')}`, {
      param: path,
    })
  }
}

/** An http or https address. Unlike Stripe in live mode, the sandbox lets http through everywhere. */
export const address: Reader<string> = (raw, path) => {
  const value = text(raw, path)
  // Checkout fills in {CHECKOUT_SESSION_ID}, so that braces stand in an address that is sound.
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value
  throw invalid('Not a valid URL', { code: 'url_invalid', param: path })
}

/** At most `max` values. */
export function listOf<T>(read: Reader<T>, max = 100): Reader<T[]> {
  return (raw, path) => {
    if (typeof raw === 'string' || Object.keys(raw).some((key) => !/^\d+$/.test(key))) {
      throw invalid('Invalid array', { param: path })
    }
    const entries = Object.entries(raw).sort(([a], [b]) => Number(a) - Number(b))
    if (entries.length > max)
      throw invalid(`Array ${path} exceeded maximum ${max} allowed elements.`, { param: path })
    return entries.map(([key, value]) => read(value, `${path}[${key}]`))
  }
}

/** Keys and texts of the caller's own; an empty text takes a key away. Limits: docs.stripe.com/api/metadata. */
export const metadata: Reader<Record<string, string>> = (raw, path) => {
  if (raw === '') return {}
  if (typeof raw === 'string') throw invalid('Invalid hash', { param: path })
  const entries = Object.entries(raw).map(([key, value]): [string, string] => {
    const param = `${path}[${key}]`
    if (typeof value !== 'string') throw invalid('Metadata values must be strings.', { param })
    if (key.length > 40) throw invalid('Metadata keys must be at most 40 characters.', { param })
    if (value.length > 500) throw invalid('Metadata values must be at most 500 characters.', { param })
    return [key, value]
  })
  if (entries.length > 50) throw invalid('Metadata can have at most 50 keys.', { param: path })
  return Object.fromEntries(entries)
}

/** `metadata` as it becomes when `changes` are written over it. */
export function mergeMetadata(
  old: Record<string, string>,
  changes: Record<string, string> | undefined,
): Record<string, string> {
  const entries = Object.entries({ ...old, ...changes }).filter(([, value]) => value !== '')
  return Object.fromEntries(entries)
}

/** A hash with the `required` and, if they are there, the `optional` parameters, and no other. */
export function hash<R extends Shape, O extends Shape>(
  required: R,
  optional: O,
): Reader<ValuesOf<R> & Partial<ValuesOf<O>>> {
  const readers = new Map(Object.entries({ ...required, ...optional }))
  return (raw, path) => {
    if (typeof raw === 'string') throw invalid(`Invalid object`, { param: path })
    const nameOf = (key: string) => (path ? `${path}[${key}]` : key)
    refuseUnknown(raw, readers, nameOf)
    const absent = Object.keys(required).find((key) => raw[key] === undefined)
    if (absent !== undefined) {
      throw invalid(`Missing required param: ${nameOf(absent)}.`, {
        code: 'parameter_missing',
        param: nameOf(absent),
      })
    }
    const values = Object.entries(raw).map(([key, value]) => [key, readers.get(key)?.(value, nameOf(key))])
    return Object.fromEntries(values) as ValuesOf<R> & Partial<ValuesOf<O>>
  }
}

function refuseUnknown(raw: RawHash, readers: Map<string, unknown>, nameOf: (key: string) => string): void {
  const unknown = Object.keys(raw).filter((key) => !readers.has(key))
  const [first] = unknown
  if (first === undefined) return
  if (first === 'payment_method_types') {
    // Removed from requests by API version 2026-09-30.endive.
    throw invalid(
      'The payment_method_types parameter is no longer supported. Leave it out to use dynamic payment methods, or use allowed_payment_method_types or excluded_payment_method_types.',
      { code: 'payment_method_types_no_longer_supported', param: nameOf(first) },
    )
  }
  if (unmodelled.has(first)) {
    throw invalid(`This sandbox does not model the parameter ${nameOf(first)}, which Stripe has.`, {
      code: 'parameter_unknown',
      param: nameOf(first),
    })
  }
  throw invalid(
    `Received unknown parameter${unknown.length > 1 ? 's' : ''}: ${unknown.map(nameOf).join(', ')}`,
    { code: 'parameter_unknown', param: nameOf(first) },
  )
}

/** Parameters of Stripe that are refused here rather than ignored: an application would wait for their effect. */
const unmodelled = new Set(
  (
    'adaptive_pricing adjustable_quantity after_expiration allow_promotion_codes amount_details ' +
    'application_fee_amount branding_settings confirmation_token consent_collection custom_fields custom_text ' +
    'customer_account customer_update discounts excluded_payment_method_types hooks invoice_creation ' +
    'invoice_settings mandate mandate_data name_collection on_behalf_of optional_items payment_details ' +
    'payment_method payment_method_collection payment_method_configuration payment_method_options permissions ' +
    'radar_options recurring refund_application_fee return_url reverse_transfer saved_payment_method_options ' +
    'setup_future_usage setup_intent_data shipping_address_collection shipping_options source subscription_data ' +
    'tax_exempt tax_id_collection tax_id_data tax_rates transfer_data wallet_options'
  ).split(' '),
)

function shown(raw: Raw): string {
  return typeof raw === 'string' ? raw : 'a hash'
}
