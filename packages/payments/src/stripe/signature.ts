import {
  createSignatureCheck,
  headerOf,
  type SignatureClaim,
  type SignatureHeaders,
  type SignatureOptions,
  type SignatureResult,
} from '../signature.js'

/** Stripe signs with a few active secrets at most; more signatures than this are noise. */
const MOST_SIGNATURES = 20

/**
 * Checks `Stripe-Signature` (scheme v1, docs.stripe.com/webhooks/signature) over the exact bytes of the body. Unlike
 * the SDK's check it takes several secrets and refuses timestamps in the future too. Throws `TypeError` for options
 * that cannot work; the check itself never throws.
 */
export function stripeSignature(
  options: SignatureOptions,
): (raw: Uint8Array, headers: SignatureHeaders) => SignatureResult {
  // The whole `whsec_...` text is the key.
  const check = createSignatureCheck('stripeSignature', options, (secret) => Buffer.from(secret, 'utf8'))
  return (raw, headers) => check(claimOf(raw, headers))
}

/** `t=1492774577,v1=5257a8...,v1=...,v0=...`: everything but `t` and `v1` is ignored, as Stripe asks. */
function claimOf(raw: Uint8Array, headers: SignatureHeaders): SignatureClaim | string {
  const header = headerOf(headers, 'stripe-signature')
  if ('problem' in header) return header.problem
  const fields = header.value.split(',').map((field) => field.trim().split('='))
  const timestamps = fields.filter(([name]) => name === 't')
  const [, timestamp = ''] = timestamps[0] ?? []
  if (timestamps.length !== 1 || !/^\d{1,12}$/.test(timestamp)) return 'stripe-signature has no timestamp'
  const signatures = fields
    .filter(
      ([name, value = '', ...rest]) => name === 'v1' && rest.length === 0 && /^[0-9a-f]{64}$/.test(value),
    )
    .slice(0, MOST_SIGNATURES)
    .map(([, value]) => Buffer.from(value!, 'hex'))
  if (signatures.length === 0) return 'stripe-signature has no signature of scheme v1'
  return { timestamp, signed: [`${timestamp}.`, raw], signatures }
}
