import type { Connection } from './admission.js'

/** How `close()` lets clients go. */
export interface DrainOptions {
  /** How many connections are closed at a time, so that the next process is not stormed. Default 500. */
  batchSize?: number | undefined
  /** The pause before each batch. Default 250. */
  intervalMs?: number | undefined
  /** After this the rest is closed at once. Default 4000. */
  timeoutMs?: number | undefined
}

/** How long a connection is waited for that cannot be written to: a client may find nobody listening for its next poll. */
const farewellMs = 500

/**
 * Closes connections in batches, each once its pending answers are out.
 * @internal
 */
export async function drainConnections(
  connections: ReadonlySet<Connection>,
  pending: (conn: Connection) => Promise<unknown>[],
  { batchSize = 500, intervalMs = 250, timeoutMs = 4_000 }: DrainOptions,
): Promise<void> {
  const deadline = startDeadline(timeoutMs)
  const gone = new Set<Connection>()
  while (!deadline.passed) {
    // Looked up anew each time: a handshake that was let in just before may still become a connection.
    const batch = [...connections].filter((conn) => !gone.has(conn)).slice(0, batchSize)
    if (batch.length === 0) break
    await Promise.race([pause(intervalMs), deadline.promise])
    await Promise.race([Promise.allSettled(batch.flatMap(pending)), deadline.promise])
    for (const conn of batch) {
      gone.add(conn)
      letGo(conn)
    }
  }
  await Promise.race([Promise.all([...connections].map(closed)), deadline.promise])
  deadline.end()
}

/**
 * Closes the transport, so that the client reconnects: one whose socket is disconnected stays away. A poll must be there
 * to carry the farewell, for Engine.IO would wait 30 seconds for one once it has begun to close.
 */
function letGo(conn: Connection): void {
  const { transport } = conn
  const sayFarewell = (): void => {
    if (transport.writable) conn.close()
  }
  const timer = setTimeout(() => conn.close(true), farewellMs)
  transport.on('ready', sayFarewell)
  conn.once('close', () => clearTimeout(timer))
  sayFarewell()
}

function closed(conn: Connection): Promise<void> {
  return new Promise((resolve) => {
    if (conn.readyState === 'closed') resolve()
    else conn.once('close', () => resolve())
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function startDeadline(ms: number) {
  const deadline = { passed: false, promise: Promise.resolve(), end() {} }
  deadline.promise = new Promise((resolve) => {
    const timer = setTimeout(() => {
      deadline.passed = true
      resolve()
    }, ms)
    deadline.end = () => clearTimeout(timer)
  })
  return deadline
}
