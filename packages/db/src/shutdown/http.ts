import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Logger } from '../logger.js'
import { settlesWithin } from './budget.js'

/** @internal */
export interface WatchedServer {
  /** From now on every response says `Connection: close`, those under way included. */
  refuseKeepAlive(): void
  /** Stops accepting; resolves to whether every connection ended by itself in time. The others are cut. */
  close(timeoutMs: number): Promise<boolean>
}

/** How often, while closing, connections are looked at that fell idle without having been told to close. */
const idleSweepMs = 100

/** @internal */
export function watchServer(server: Server | SecureServer, logger: Logger): WatchedServer {
  const responses = new Set<ServerResponse>()
  // Node forgets a socket once it is upgraded: closeAllConnections() leaves a WebSocket open.
  const sockets = new Set<Socket>()
  let refusing = false

  server.on('connection', function watchConnection(socket: Socket) {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  // Before every other listener, or a response sent at once would miss its header.
  server.prependListener('request', function watchRequest(_req: IncomingMessage, res: ServerResponse) {
    responses.add(res)
    res.once('close', () => responses.delete(res))
    if (refusing) res.setHeader('Connection', 'close')
  })

  return {
    refuseKeepAlive() {
      refusing = true
      for (const res of responses) if (!res.headersSent) res.setHeader('Connection', 'close')
    },
    async close(timeoutMs) {
      // Also calls back when the server never listened, or was closed before.
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs)
      const inTime = await settlesWithin(closed, timeoutMs)
      clearInterval(sweep)
      if (inTime) return true
      logger.warn('shutdown: connections still open at the deadline, cutting them', {
        requests: responses.size,
        connections: sockets.size,
      })
      server.closeAllConnections()
      for (const socket of sockets) socket.destroy()
      return false
    },
  }
}
