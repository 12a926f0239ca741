import type { Clock } from '../clock.js'
import type { Store } from '../daraja/store.js'
import type { Logger } from '../logger.js'
import type { Random } from '../random.js'
import type { createStripeFaults } from './faults.js'
import type { Ids } from './ids.js'
import type { StripeSettings } from './settings.js'

/** What every part of the Stripe stands on. */
export interface StripeContext {
  clock: Clock
  random: Random
  ids: Ids
  store: Store
  faults: ReturnType<typeof createStripeFaults>
  settings: StripeSettings
  logger: Logger
  /** Where this sandbox can be reached; known once it listens. */
  url: () => string
}
