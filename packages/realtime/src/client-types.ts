import type { Logger } from './logger.js'
import type { Ack } from './protocol.js'

/** Why a token is wanted: for a connection, because the last one runs out, because the last one was refused. */
export type TokenReason = 'connect' | 'renew' | 'refused'

/** `unauthorized` and `closed` are final until `connect()` is called; the others pass by themselves. */
export type ConnectionStatus = 'connecting' | 'connected' | 'reconnecting' | 'unauthorized' | 'closed'

/** Options of `connectRealtime`. */
export interface ConnectRealtimeOptions {
  /**
   * Gives the access token, fresh at every call. The session is over (`unauthorized`) when it resolves to null or
   * rejects with an error whose `status` is 401 or 403; any other rejection is tried again, five times in a row.
   */
  token: (reason: TokenReason) => string | null | Promise<string | null>
  /** Default `/socket.io`. */
  path?: string | undefined
  /** Default `['websocket', 'polling']`: polling only where a WebSocket does not come about. */
  transports?: ('polling' | 'websocket')[] | undefined
  /** How long an event waits for its answer. Default 10000. */
  ackTimeoutMs?: number | undefined
  /** The first pause before connecting again; doubled each time, and spread by half. Default 1000. */
  reconnectDelayMs?: number | undefined
  /** The longest pause. Default 30000. */
  maxReconnectDelayMs?: number | undefined
  logger?: Logger | undefined
}

/** Events as functions from payload to answer; spelt so that an interface fits. */
export type Signatures<T> = { [Event in keyof T]: (data: never) => unknown }
type Answer<T> = T extends (data: never) => infer Result ? Ack<Awaited<Result>> : never
type Payload<T> = T extends (data: infer Data) => unknown ? Data : never

/**
 * A connection that keeps itself alive. `ToClient` maps events to payloads; `ToServer` maps events to functions from
 * payload to answer.
 */
export interface RealtimeClient<ToClient extends object, ToServer extends object> {
  readonly status: ConnectionStatus
  /** Calls `fn` at every change of status. What was sent meanwhile is lost: read again on `connected`. */
  onStatus(fn: (status: ConnectionStatus) => void): () => void
  /** Returns the function that ends it. */
  on<Event extends keyof ToClient & string>(event: Event, fn: (payload: ToClient[Event]) => void): () => void
  /**
   * Sends an event, at once or as soon as connected. Never rejects: without an answer in time the answer is
   * `REALTIME_TIMEOUT`, and the server may or may not have had the event; likewise `REALTIME_DISCONNECTED`.
   */
  emit<Event extends keyof ToServer & string>(
    event: Event,
    data: Payload<ToServer[Event]>,
  ): Promise<Answer<ToServer[Event]>>
  /** Starts again after `unauthorized` or `closed`: the user has signed in again. */
  connect(): void
  close(): void
}
