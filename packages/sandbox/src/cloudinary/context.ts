import type { Clock } from '../clock.js'
import type { Store } from '../daraja/store.js'
import type { Logger } from '../logger.js'
import type { Random } from '../random.js'
import type { Blobs } from './blobs.js'
import type { createCloudinaryFaults } from './faults.js'
import type { CloudinarySettings } from './settings.js'

/** What every part of the Cloudinary stands on. */
export interface CloudinaryContext {
  clock: Clock
  random: Random
  store: Store
  /** The bytes of the assets; what is known of them is in the store. */
  blobs: Blobs
  faults: ReturnType<typeof createCloudinaryFaults>
  settings: CloudinarySettings
  logger: Logger
  /** Where this sandbox can be reached; known once it listens. */
  url: () => string
}
