import { createShutdown } from '@ementech/db/shutdown'
import { readEnv } from './env.js'
import { repeat } from './repeat.js'
import { openShop } from './shop.js'

/** Settles payments and sends mail, in a process of its own: start as many as you like, on as many machines. */
const env = readEnv()
const logger = console
const { db, payments, checkout, stock, pictures, mails, mailer } = await openShop(env, logger)
const minute = 60_000
const worker = payments.worker({ pollMs: 250 })
const post = repeat(mails.sendDue, { everyMs: 500, logger })
const sweep = repeat(releaseWhatIsHeld, { everyMs: minute, logger })
const shutdown = createShutdown({
  steps: {
    sweep: sweep.close,
    post: post.close,
    worker: worker.close,
    payments: payments.close,
    mailer: mailer.close,
    database: db.close,
  },
  logger,
})
process.send?.({ type: 'ready' })
// A process manager that dies without a word must not leave this process behind.
process.once('disconnect', () => void shutdown.run('the parent process is gone'))

/** Orders that wait for a payment which does not come, the goods that wait with them, and pictures of nothing. */
async function releaseWhatIsHeld() {
  await checkout.releaseAbandoned({ unsentMs: 5 * minute, openPageMs: 30 * minute })
  await checkout.releaseUnpaid(30 * minute)
  await stock.releaseOrphans(10 * minute)
  await pictures.sweep()
}
