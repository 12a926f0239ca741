/** A phone number fit for a log: `2547****149`. */
export function maskPhone(phone = ''): string {
  return phone.length <= 7 ? '****' : `${phone.slice(0, 4)}****${phone.slice(-3)}`
}

const PHONE_NAMES = /phone|msisdn|party_?a$/i
/** International, or Kenyan in any way of writing; never a part of a longer number. */
const PHONES = /(?<![\d.])(?:\+\d{8,15}|(?:(?:\+?254|0)[ -]?)?[17]\d{2}[ -]?\d{3}[ -]?\d{3})(?!\d)/g
/** A CheckoutRequestID ends in the payer's number. */
const CHECKOUT_IDS = /(ws_CO_\d*?)([17]\d{8})(?!\d)/g

/** A text with its phone numbers masked. */
export function maskText(text: string): string {
  return text
    .replace(CHECKOUT_IDS, (_, start: string, phone: string) => start + maskPhone(phone))
    .replace(PHONES, maskPhone)
}

/** Decoded JSON with its phone numbers masked: by their names, and wherever else they can be told from other numbers. */
export function maskPhones(value: unknown, isPhone = false): unknown {
  if (Array.isArray(value)) return value.map((item) => maskPhones(item, isPhone))
  if (typeof value === 'object' && value !== null) {
    // Daraja writes { Name: 'PhoneNumber', Value: 254711000001 }.
    const { Name: name } = value as { Name?: unknown }
    const isNamed = typeof name === 'string' && PHONE_NAMES.test(name)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        return [maskText(key), maskPhones(inner, PHONE_NAMES.test(key) || (isNamed && key === 'Value'))]
      }),
    )
  }
  if (typeof value !== 'string' && typeof value !== 'number') return value
  const text = String(value)
  const masked = isPhone ? maskPhone(text) : maskText(text)
  return masked === text ? value : masked
}
