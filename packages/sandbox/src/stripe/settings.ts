/** Options of the Stripe in the sandbox. */
export interface StripeOptions {
  /** Where events are sent from the start, signed with `env.STRIPE_WEBHOOK_SECRET`. Default: nowhere. */
  webhookUrl?: string
  /** Delay of a delivery after its event, in sandbox time. @default { minMs: 100, maxMs: 1000 } */
  deliveryDelay?: { minMs: number; maxMs: number }
  /**
   * When a delivery that failed is tried again, in sandbox milliseconds after the attempt before. Stripe's sandboxes try
   * three times more "over the course of a few hours" and publish no figures. @default [300_000, 1_800_000, 7_200_000]
   */
  retryDelaysMs?: number[]
  /**
   * How long after its creation an intent is found by search, in sandbox time. Stripe: "in less than one minute".
   * @default 0
   */
  searchLagMs?: number
}

/** `StripeOptions` with the defaults filled in. */
export type StripeSettings = Required<Omit<StripeOptions, 'webhookUrl'>> & Pick<StripeOptions, 'webhookUrl'>

/** Fills in the defaults. @throws TypeError */
export function stripeSettings({
  deliveryDelay = { minMs: 100, maxMs: 1000 },
  retryDelaysMs = [300_000, 1_800_000, 7_200_000],
  searchLagMs = 0,
  ...rest
}: StripeOptions = {}): StripeSettings {
  const { webhookUrl } = rest
  if (webhookUrl !== undefined && !URL.canParse(webhookUrl)) {
    throw new TypeError(`startSandbox: stripe: "webhookUrl" must be a URL, not "${webhookUrl}".`)
  }
  return { deliveryDelay, retryDelaysMs, searchLagMs, ...rest }
}

/** The keys of `StripeOptions`. */
export const stripeOptionNames = [
  'webhookUrl',
  'deliveryDelay',
  'retryDelaysMs',
  'searchLagMs',
] as const satisfies Array<keyof StripeOptions>

/** The keys of the one account of this sandbox. They open nothing elsewhere. */
export const account = {
  secretKey: 'sk_test_51EmentechL0opback7Qw3Zr9VdKx2Hn5TbYc8Lm4Gf',
  publishableKey: 'pk_test_51EmentechL0opback7Qw3Zr9VdKx2Hn5TbYc8Lm4Gf',
  webhookSecret: 'whsec_EmentechL0opback9VdKx2Hn5TbYc8Lm',
  name: 'Sandbox Shop',
}

/** The API version spoken here: the one that the stripe package pins in its major 23. */
export const apiVersion = '2026-10-28.endive'
/** The first version with the same rules for parameters. */
export const oldestApiVersion = '2026-09-30.endive'

/** Figures of Stripe. */
export const stripeLimits = {
  /** "Keys … can be removed after at least 24 hours" (docs.stripe.com/api/idempotent_requests). */
  replyMs: 86_400_000,
  /** A secret that was rolled is good for another day at most (docs.stripe.com/webhooks). */
  rolledSecretMs: 86_400_000,
  /** An uncaptured authorization of a card falls after seven days. */
  authorizationMs: 7 * 86_400_000,
  /** Events can be listed for 30 days. */
  eventMs: 30 * 86_400_000,
  /** Money from cards becomes available after seven days, as for a new account. */
  settlementMs: 7 * 86_400_000,
  /** A cardholder's bank waits seven days for evidence, or longer. */
  evidenceMs: 7 * 86_400_000,
  /** When a test card's dispute comes, or its refund is decided; Stripe says "some time later". */
  sequelMs: 5000,
  /** Life of a Checkout Session. */
  session: { leastMs: 1_800_000, defaultMs: 86_400_000, mostMs: 86_400_000 },
}
