import type { Connection } from 'mongoose'
import { DbError } from './errors.js'

/**
 * A ping with a deadline that holds. `maxTimeMS` alone is kept by the server, which may be the one that hangs; so the
 * wait ends here too. Checks that overlap share one ping: a server that hangs must not cost a connection per check.
 * @internal
 */
export function createCheck(connection: Connection, timeoutMs: number): () => Promise<void> {
  let pinging: Promise<unknown> | undefined

  function ping(): Promise<unknown> {
    if (!connection.db || connection.readyState !== 1) return Promise.reject(new Error('not connected'))
    return connection.db.command({ ping: 1, maxTimeMS: timeoutMs })
  }

  return async function check() {
    pinging ??= ping().finally(() => (pinging = undefined))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs)
    })
    try {
      await Promise.race([pinging, late])
    } catch (cause) {
      throw new DbError('DB_UNAVAILABLE', 'MongoDB did not answer a ping. Try again shortly.', {
        status: 503,
        cause,
      })
    } finally {
      clearTimeout(timer)
    }
  }
}
