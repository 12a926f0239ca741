import { captureAgain } from './capture-payment.js'
import { checkPayment } from './check-payment.js'
import { checkRefunds, dueRefunds } from './check-refunds.js'
import type { Logger } from './logger.js'
import type { PaymentRecord } from './payment.js'
import type { Provider } from './provider.js'
import type { Reader } from './reader.js'
import { openAttempts } from './schedule.js'
import type { PaymentStore } from './store.js'

/** Everything of a payment whose turn it is to be asked about: attempts, captures without an answer, refunds. */
export async function checkDue(
  record: PaymentRecord,
  {
    store,
    provider,
    reader,
    logger,
  }: { store: PaymentStore; provider: Provider; reader: Reader; logger: Logger },
): Promise<PaymentRecord> {
  const hasRefunds = dueRefunds(record, await store.now()).length > 0
  let current = record
  if (openAttempts(record).length > 0 || !hasRefunds) {
    current = await checkPayment(current, { store, provider, reader })
    current = await captureAgain(current, { store, provider, reader })
  }
  return checkRefunds(current, { store, provider, logger })
}
