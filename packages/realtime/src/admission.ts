import type { IncomingMessage } from 'node:http'
import type { Socket } from 'socket.io'
import { addressOf } from './address.js'
import type { RealtimeErrorCode } from './errors.js'
import type { Logger } from './logger.js'
import { createOriginCheck } from './origin.js'

/** The connection under one or more sockets: one WebSocket, or one series of polls. */
export type Connection = Socket['conn']

/** @internal */
export interface Admission {
  /** Why this handshake is refused, if it is. Runs before anything is allocated for it. */
  refusal(req: IncomingMessage): RealtimeErrorCode | undefined
  /** Every open connection. */
  readonly connections: ReadonlySet<Connection>
  opened(conn: Connection): void
}

/** URLs are written to logs by every proxy on the way, so a token does not belong there. */
const tokenInQuery = /^(?:access[_-]?token|token|jwt|auth|authorization)$/i

/** @internal */
export function createAdmission(options: {
  origins: readonly string[]
  maxConnectionsPerAddress: number
  trustProxyHops: number
  logger: Logger
}): Admission {
  const { maxConnectionsPerAddress, trustProxyHops, logger } = options
  const isOriginAllowed = createOriginCheck(options.origins)
  const connections = new Set<Connection>()
  const perAddress = new Map<string, number>()
  let proxySeen = trustProxyHops > 0

  return {
    connections,
    refusal(req) {
      if (!isOriginAllowed(req)) return 'REALTIME_ORIGIN_REFUSED'
      if (hasTokenInQuery(req)) return 'REALTIME_TOKEN_IN_QUERY'
      if (!proxySeen && req.headers['x-forwarded-for'] !== undefined) {
        proxySeen = true
        logger.warn(
          'realtime: X-Forwarded-For arrives but trustProxyHops is 0, so all clients count as one address',
        )
      }
      const count = perAddress.get(addressOf(req, trustProxyHops)) ?? 0
      return count >= maxConnectionsPerAddress ? 'REALTIME_TOO_MANY_CONNECTIONS' : undefined
    },
    opened(conn) {
      const address = addressOf(conn.request, trustProxyHops)
      connections.add(conn)
      perAddress.set(address, (perAddress.get(address) ?? 0) + 1)
      conn.once('close', () => {
        connections.delete(conn)
        const left = (perAddress.get(address) ?? 1) - 1
        if (left > 0) perAddress.set(address, left)
        else perAddress.delete(address)
      })
    },
  }
}

function hasTokenInQuery(req: IncomingMessage): boolean {
  const { searchParams } = new URL(req.url ?? '/', 'http://localhost')
  return [...searchParams.keys()].some((key) => tokenInQuery.test(key))
}
