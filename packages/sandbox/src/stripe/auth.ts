import { invalid, Refusal } from './refusal.js'
import { account, oldestApiVersion } from './settings.js'

/** Lets the account's secret key through, as a Bearer token or as the user of Basic. @throws Refusal */
export function checkKey(authorization: string): void {
  const key = keyIn(authorization)
  if (key === account.secretKey) return
  if (key === '') {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    )
  }
  if (key === account.publishableKey) {
    throw unauthorized(
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
      'secret_key_required',
    )
  }
  throw unauthorized(`Invalid API Key provided: ${masked(key)}`)
}

/** Refuses versions whose parameters and objects are not those that are spoken here. @throws Refusal */
export function checkVersion(version: string | undefined): void {
  if (version === undefined || (/^\d{4}-\d\d-\d\d\.[a-z]+$/.test(version) && version >= oldestApiVersion))
    return
  throw invalid(
    `Invalid Stripe API version: ${version}. This sandbox speaks ${oldestApiVersion} and later: stripe 23 for Node.js.`,
  )
}

function keyIn(authorization: string): string {
  const [, scheme = '', credentials = ''] = /^(Bearer|Basic)\s+(.*)$/i.exec(authorization) ?? []
  if (scheme.toLowerCase() !== 'basic') return credentials.trim()
  return Buffer.from(credentials, 'base64').toString().split(':')[0] ?? ''
}

function masked(key: string): string {
  const start = /^[a-z]{2}_(test|live)_/.exec(key)?.[0] ?? ''
  const rest = key.slice(start.length)
  return `${start}${'*'.repeat(Math.max(0, rest.length - 4))}${rest.slice(-4)}`
}

function unauthorized(message: string, code?: string): Refusal {
  return new Refusal(401, { type: 'invalid_request_error', message, ...(code && { code }) })
}
