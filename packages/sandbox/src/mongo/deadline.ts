import { CommandError } from './errors.js'

/** How many documents are looked at between two looks at the clock. */
const STRIDE = 64

/** The time that a command may take (`maxTimeMS`), checked while it scans. */
export class Deadline {
  readonly #at: number
  #count = 0

  /** 0 means no limit. */
  constructor(maxTimeMs: number) {
    this.#at = maxTimeMs > 0 ? performance.now() + maxTimeMs : Infinity
  }

  /** Throws MaxTimeMSExpired (50) once the time is over; looks at the clock only now and then. */
  check(): void {
    if (this.#at !== Infinity && this.#count++ % STRIDE === 0) this.enforce()
  }

  /** Throws MaxTimeMSExpired (50) once the time is over. */
  enforce(): void {
    if (performance.now() > this.#at) {
      throw new CommandError('MaxTimeMSExpired', 'operation exceeded time limit')
    }
  }
}
