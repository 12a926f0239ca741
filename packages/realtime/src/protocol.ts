/** Client → server, with an acknowledgement: a fresh token for the socket that is open. */
export const renewEvent = 'realtime:renew'

/** Server → client: the token expires soon. Payload `{ expiresInMs }`. */
export const expiringEvent = 'realtime:expiring'

/** Server → client: this process is about to close its sockets. Payload `{ withinMs }`. */
export const drainingEvent = 'realtime:draining'

/** One thing wrong with the payload of an event. */
export interface PayloadIssue {
  path: string
  message: string
}

/** The answer to an event. */
export type Ack<Data = unknown> =
  { ok: true; data: Data } | { ok: false; code: string; errors?: PayloadIssue[]; retryAfterMs?: number }
