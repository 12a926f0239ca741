import { cloud } from './cloudinary/settings.js'
import { certificate } from './daraja/certificate.js'
import { initiator, merchant } from './daraja/settings.js'
import { account } from './stripe/settings.js'

/** The variables that an application needs to use a sandbox. */
export type SandboxEnvironment = Record<
  MpesaVariable | StripeVariable | CloudinaryVariable | MailVariable,
  string
>

/** The names of Daraja's variables in `env`. */
export type MpesaVariable =
  | 'MPESA_ENVIRONMENT'
  | 'MPESA_BASE_URL'
  | 'MPESA_CONSUMER_KEY'
  | 'MPESA_CONSUMER_SECRET'
  | 'MPESA_SHORTCODE'
  | 'MPESA_PASSKEY'
  | 'MPESA_INITIATOR_NAME'
  | 'MPESA_INITIATOR_PASSWORD'
  | 'MPESA_CERTIFICATE'

/** The names of Stripe's variables in `env`. `STRIPE_API_BASE` is where the SDK finds the sandbox. */
export type StripeVariable =
  'STRIPE_API_BASE' | 'STRIPE_PUBLISHABLE_KEY' | 'STRIPE_SECRET_KEY' | 'STRIPE_WEBHOOK_SECRET'

/**
 * The names of Cloudinary's variables in `env`. `CLOUDINARY_URL` alone is enough for the SDK, if it is there before the SDK
 * is loaded; whoever builds requests themselves takes the prefix of the API, and where files are delivered.
 */
export type CloudinaryVariable =
  | 'CLOUDINARY_CLOUD_NAME'
  | 'CLOUDINARY_API_KEY'
  | 'CLOUDINARY_API_SECRET'
  | 'CLOUDINARY_URL'
  | 'CLOUDINARY_UPLOAD_PREFIX'
  | 'CLOUDINARY_DELIVERY_BASE'

/** The name of the mailbox's variable in `env`, for nodemailer and its kind. */
export type MailVariable = 'SMTP_URL'

/** Says where the sandbox is, and with what keys. */
export function environment(url: string, smtpPort: number): SandboxEnvironment {
  return {
    MPESA_ENVIRONMENT: 'sandbox',
    MPESA_BASE_URL: url,
    MPESA_CONSUMER_KEY: merchant.consumerKey,
    MPESA_CONSUMER_SECRET: merchant.consumerSecret,
    MPESA_SHORTCODE: merchant.shortcode,
    MPESA_PASSKEY: merchant.passkey,
    MPESA_INITIATOR_NAME: initiator.name,
    MPESA_INITIATOR_PASSWORD: initiator.password,
    MPESA_CERTIFICATE: certificate,
    STRIPE_SECRET_KEY: account.secretKey,
    STRIPE_PUBLISHABLE_KEY: account.publishableKey,
    STRIPE_WEBHOOK_SECRET: account.webhookSecret,
    STRIPE_API_BASE: url,
    CLOUDINARY_CLOUD_NAME: cloud.name,
    CLOUDINARY_API_KEY: cloud.apiKey,
    CLOUDINARY_API_SECRET: cloud.apiSecret,
    CLOUDINARY_URL: cloudinaryUrl(url),
    CLOUDINARY_UPLOAD_PREFIX: url,
    CLOUDINARY_DELIVERY_BASE: url,
    SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
  }
}

/** All that the SDK reads from the environment. With `secure: false` it builds addresses of files on this sandbox as well. */
function cloudinaryUrl(url: string): string {
  const query = new URLSearchParams({ upload_prefix: url, cname: new URL(url).host })
  return `cloudinary://${cloud.apiKey}:${cloud.apiSecret}@${cloud.name}?${query.toString()}`
}
