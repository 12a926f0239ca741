import type { Clock } from '../clock.js'
import type { Logger } from '../logger.js'
import type { Random } from '../random.js'
import type { createFaults } from './faults.js'
import type { DarajaSettings } from './settings.js'
import type { Store } from './store.js'

/** What every part of the Daraja stands on. */
export interface Context {
  clock: Clock
  random: Random
  store: Store
  faults: ReturnType<typeof createFaults>
  settings: DarajaSettings
  logger: Logger
}
