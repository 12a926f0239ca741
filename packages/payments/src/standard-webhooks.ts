import {
  createSignatureCheck,
  headerOf,
  type SignatureClaim,
  type SignatureHeaders,
  type SignatureOptions,
  type SignatureResult,
} from './signature.js'

/** What the check of a Standard Webhook found; `id` is the same for every delivery of one message. */
export type StandardWebhook =
  (Extract<SignatureResult, { ok: true }> & { readonly id: string }) | Extract<SignatureResult, { ok: false }>

const MOST_SIGNATURES = 20

/**
 * Checks the symmetric signatures (`v1`) of the Standard Webhooks specification (standardwebhooks.com), which Svix
 * and those who use it share, over the exact bytes of the body. Secrets are `whsec_` and base64, or base64 alone.
 * Throws `TypeError` for options that cannot work; the check itself never throws.
 */
export function standardWebhooks(
  options: SignatureOptions,
): (raw: Uint8Array, headers: SignatureHeaders) => StandardWebhook {
  const check = createSignatureCheck('standardWebhooks', options, keyOf)

  return function verifyStandardWebhook(raw, headers) {
    const id = headerOf(headers, 'webhook-id')
    if ('problem' in id) return { ok: false, reason: id.problem }
    const result = check(claimOf(id.value, raw, headers))
    return result.ok ? { ...result, id: id.value } : result
  }
}

/** Unlike Stripe's, the key is what the base64 after `whsec_` stands for; 24 to 64 bytes by the specification. */
function keyOf(secret: string): Buffer {
  const text = secret.replace(/^whsec_/, '')
  const key = Buffer.from(text, 'base64')
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(text) && key.length >= 24) return key
  throw new TypeError('standardWebhooks: a secret is whsec_ and base64 of 24 bytes or more')
}

function claimOf(id: string, raw: Uint8Array, headers: SignatureHeaders): SignatureClaim | string {
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const header = headerOf(headers, 'webhook-signature')
  if ('problem' in timestamp) return timestamp.problem
  if ('problem' in header) return header.problem
  if (!/^\d{1,12}$/.test(timestamp.value)) return 'webhook-timestamp is no time'
  const signatures = header.value
    .split(' ')
    .filter((field) => /^v1,[A-Za-z0-9+/]{43}=$/.test(field))
    .slice(0, MOST_SIGNATURES)
    .map((field) => Buffer.from(field.slice('v1,'.length), 'base64'))
  if (signatures.length === 0) return 'webhook-signature has no signature of version v1'
  return { timestamp: timestamp.value, signed: [`${id}.${timestamp.value}.`, raw], signatures }
}
