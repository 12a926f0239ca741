import { createShutdown } from '@ementech/db/shutdown'
import { readEnv } from './env.js'
import { repeat } from './repeat.js'
import { openShop } from './shop.js'

/** Settles payments, in a process of its own: start as many as you like, on as many machines. */
const env = readEnv()
const logger = console
const { db, payments, orders } = await openShop(env, logger)
const worker = payments.worker({ pollMs: 250 })
const sweep = repeat(() => orders.releaseAbandoned(5 * 60_000), { everyMs: 60_000, logger })
const shutdown = createShutdown({
  steps: { sweep: sweep.close, worker: worker.close, payments: payments.close, database: db.close },
  logger,
})
process.send?.({ type: 'ready' })
// A process manager that dies without a word must not leave this process behind.
process.once('disconnect', () => void shutdown.run('the parent process is gone'))
