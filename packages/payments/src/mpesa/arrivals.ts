import type { CallbackArrival } from '../arrival.js'
import { paymentIdOf } from '../new-payment.js'
import type { CallbackFacts, ReadResult } from '../provider.js'
import { parseCustomerPayment } from './c2b.js'
import type { CallbackUrls } from './callback-url.js'
import type { MpesaClient } from './client.js'
import { hashOf } from './hash.js'
import { parseTransactionStatusResult } from './transaction-status.js'

/** Its one attempt. */
const ATTEMPT = '1'

/** Before its receipt, which is all that names it: tells it from the id of a prompt. */
const PREFIX = 'c2b:'

/** Whether a provider's reference is that of a payment that a customer began. */
export function isArrival(providerRef: string): boolean {
  return providerRef.startsWith(PREFIX)
}

/** Which payment a confirmation is about. One that cannot be read is kept for people to look at. */
export function identifyArrival(raw: Uint8Array): { eventId: string; paymentId: string; attemptId: string } {
  try {
    const { receipt, amount, reference } = parseCustomerPayment(raw)
    const news = hashOf(JSON.stringify([amount.minor, reference]))
    return {
      eventId: `mpesa:confirmation:${receipt}:${news}`,
      paymentId: arrivalIdOf(receipt),
      attemptId: ATTEMPT,
    }
  } catch {
    return { eventId: `mpesa:confirmation:${hashOf(raw)}`, paymentId: 'unreadable', attemptId: ATTEMPT }
  }
}

/** What a confirmation says. Throws `PAYMENTS_CALLBACK_MALFORMED`. */
export function parseArrival(raw: Uint8Array): CallbackArrival {
  const { receipt, amount, reference, type, msisdn, name } = parseCustomerPayment(raw)
  const metadata = { ...(msisdn && { msisdn }), ...(name && { name }) }
  const said = { about: 'arrival', providerRef: PREFIX + receipt, receipt } as const
  return { ...said, amount, reference, description: type, metadata }
}

/** Asks Transaction Status; its answer comes to a URL that is made for this payment alone. */
export async function askAboutArrival(
  providerRef: string,
  { client, urls }: { client: MpesaClient; urls: CallbackUrls },
): Promise<ReadResult> {
  const receipt = providerRef.slice(PREFIX.length)
  const paymentId = arrivalIdOf(receipt)
  await client.transactionStatus({
    transactionId: receipt,
    resultUrl: urls.urlFor(paymentId, ATTEMPT, 'answer'),
    timeoutUrl: urls.urlFor(paymentId, ATTEMPT, 'timeout'),
  })
  return { status: 'processing' }
}

/** What became of the payment, by Daraja's own word. null: nothing follows from it; it is asked about again. */
export function parseArrivalAnswer(raw: Uint8Array): CallbackFacts | null {
  const { outcome, receipt, amount, transactionStatus } = parseTransactionStatusResult(raw)
  if (receipt === null || (outcome !== 'succeeded' && outcome !== 'failed')) return null
  const said = { evidence: 'read', providerRef: PREFIX + receipt, status: outcome } as const
  if (outcome === 'failed') return { ...said, code: transactionStatus ?? 'failed' }
  return { ...said, receipt, ...(amount && { amount }) }
}

/** The same payment however often it is confirmed. */
function arrivalIdOf(receipt: string): string {
  return paymentIdOf(`mpesa:${receipt}`)
}
