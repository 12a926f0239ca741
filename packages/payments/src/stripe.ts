export { PaymentsError, type CallOutcome, type PaymentsErrorCode } from './errors.js'
export { fromMinor, money, type Money } from './money.js'
export type { SignatureHeaders, SignatureOptions, SignatureResult } from './signature.js'
export { fromStripeAmount, toStripeAmount, type StripeAmount } from './stripe/amount.js'
export {
  createStripe,
  type ReturnUrl,
  type StripeClient,
  type StripeOptions,
  type StripeProvider,
} from './stripe/create-stripe.js'
export { stripeSignature } from './stripe/signature.js'
export {
  stripeWebhook,
  type StripeThinEvent,
  type StripeWebhookContext,
  type StripeWebhookOptions,
} from './stripe/webhook.js'
