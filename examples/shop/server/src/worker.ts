import { createShutdown } from '@ementech/db/shutdown'
import { readEnv } from './env.js'
import { repeat } from './repeat.js'
import { openShop } from './shop.js'

/** Settles payments and sends mail, in a process of its own: start as many as you like, on as many machines. */
const env = readEnv()
const logger = console
const { db, payments, orders, mails, mailer } = await openShop(env, logger)
const worker = payments.worker({ pollMs: 250 })
const sweep = repeat(() => orders.releaseAbandoned(5 * 60_000), { everyMs: 60_000, logger })
const post = repeat(mails.sendDue, { everyMs: 500, logger })
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
