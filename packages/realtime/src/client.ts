import { io } from 'socket.io-client'
import { createBackoff } from './backoff.js'
import type {
  ConnectionStatus,
  ConnectRealtimeOptions,
  RealtimeClient,
  Signatures,
  TokenReason,
} from './client-types.js'
import { silentLogger } from './logger.js'
import { assertKnownKeys } from './options.js'
import { drainingEvent, expiringEvent, renewEvent, type Ack } from './protocol.js'

export type { ConnectionStatus, ConnectRealtimeOptions, RealtimeClient, TokenReason } from './client-types.js'
export type { Ack, PayloadIssue } from './protocol.js'
export type { Logger } from './logger.js'

const knownOptions = [
  'token',
  'path',
  'transports',
  'ackTimeoutMs',
  'reconnectDelayMs',
  'maxReconnectDelayMs',
  'logger',
] as const satisfies readonly (keyof ConnectRealtimeOptions)[]

/** How often in a row a token is asked for in vain before the session counts as over. */
const maxTokenFailures = 5

/** Connects to `createRealtime`, and stays connected for as long as `token` gives tokens. Browser and Node. */
export function connectRealtime<
  ToClient extends object = Record<string, unknown>,
  ToServer extends Signatures<ToServer> = Record<string, (data: unknown) => unknown>,
>(url: string, options: ConnectRealtimeOptions): RealtimeClient<ToClient, ToServer> {
  assertKnownKeys('connectRealtime', options, knownOptions)
  const { token, path = '/socket.io', transports = ['websocket', 'polling'], ackTimeoutMs = 10_000 } = options
  const { reconnectDelayMs = 1_000, maxReconnectDelayMs = 30_000, logger = silentLogger } = options
  if (typeof token !== 'function') throw new TypeError('connectRealtime: token must be a function.')

  const backoff = createBackoff(reconnectDelayMs, maxReconnectDelayMs)
  const statusListeners = new Set<(status: ConnectionStatus) => void>()
  let status: ConnectionStatus = 'connecting'
  let reason: TokenReason = 'connect'
  let tokenFailures = 0
  let attempt = 0
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let wakePaused: (() => void) | undefined
  let paused: Promise<void> | undefined

  const socket = io(url, {
    path,
    transports,
    // Without it a list of transports is not a list of fallbacks: only the first would ever be tried.
    tryAllTransports: true,
    autoConnect: false,
    forceNew: true,
    reconnectionDelay: reconnectDelayMs,
    reconnectionDelayMax: maxReconnectDelayMs,
    auth: (send) => void presentToken(send),
  })
  socket.on('connect', connected)
  socket.on('disconnect', disconnected)
  socket.on('connect_error', refused)
  socket.on(expiringEvent, () => void renew())
  socket.on(drainingEvent, pause)
  // A new transport, a new handshake: a token that still comes for the old one must not be sent on it.
  socket.io.on('close', () => attempt++)
  socket.connect()

  async function presentToken(send: (auth: { token: string }) => void): Promise<void> {
    const mine = ++attempt
    const outcome = await askForToken(reason)
    if (mine !== attempt || isFinal(status)) return
    if (outcome.token !== undefined) {
      tokenFailures = 0
      return send({ token: outcome.token })
    }
    socket.disconnect()
    if (outcome.over || ++tokenFailures >= maxTokenFailures) return setStatus('unauthorized')
    retry()
  }

  async function askForToken(why: TokenReason): Promise<{ token?: string; over?: boolean }> {
    try {
      const given = await token(why)
      return given ? { token: given } : { over: true }
    } catch (err) {
      const { status: httpStatus } = (err ?? {}) as { status?: unknown }
      logger.warn('realtime: no token', {
        reason: why,
        message: err instanceof Error ? err.message : String(err),
      })
      return { over: httpStatus === 401 || httpStatus === 403 }
    }
  }

  function connected(): void {
    clearTimeout(retryTimer)
    reason = 'connect'
    backoff.reset()
    resume()
    setStatus('connected')
  }

  function disconnected(): void {
    if (isFinal(status)) return
    setStatus('reconnecting')
    // Socket.IO comes back by itself when the transport was lost, but not when the server ended the socket.
    if (!socket.active) retry()
  }

  function refused(err: Error & { data?: { code?: unknown } }): void {
    if (isFinal(status)) return
    logger.info('realtime: not connected', { code: err.data?.code, message: err.message })
    if (status === 'connected') setStatus('reconnecting')
    if (socket.active) return
    if (['REALTIME_UNAUTHORIZED', 'REALTIME_TOKEN_EXPIRED'].includes(String(err.data?.code)))
      reason = 'refused'
    retry()
  }

  function retry(): void {
    clearTimeout(retryTimer)
    retryTimer = setTimeout(() => socket.connect(), backoff.next())
  }

  async function renew(): Promise<void> {
    const { id } = socket
    const pauses = createBackoff(reconnectDelayMs, maxReconnectDelayMs)
    while (socket.connected && socket.id === id) {
      const outcome = await askForToken('renew')
      // The server closes the socket when its time is over, and connecting again tells the rest.
      if (outcome.over) return
      if (outcome.token !== undefined) {
        const ack = await send(renewEvent, outcome.token)
        if (ack.ok) return
        if (ack.code === 'REALTIME_SUBJECT_CHANGED') return void socket.disconnect()
      }
      await wait(pauses.next())
    }
  }

  function send(event: string, data: unknown): Promise<Ack> {
    return new Promise((resolve) => {
      socket.timeout(ackTimeoutMs).emit(event, data, (err: Error | null, ack: Ack | undefined) => {
        if (!err) return resolve(ack ?? { ok: true, data: null })
        const late = err.message.includes('timed out')
        resolve({ ok: false, code: late ? 'REALTIME_TIMEOUT' : 'REALTIME_DISCONNECTED' })
      })
    })
  }

  /** The server is about to close: what is sent now waits for the next connection instead of being cut off. */
  function pause(): void {
    paused ??= new Promise((resolve) => (wakePaused = resolve))
  }

  function resume(): void {
    wakePaused?.()
    paused = undefined
  }

  function setStatus(next: ConnectionStatus): void {
    if (status === next) return
    status = next
    for (const listener of [...statusListeners]) listener(next)
  }

  return {
    get status() {
      return status
    },
    onStatus(fn) {
      statusListeners.add(fn)
      return () => void statusListeners.delete(fn)
    },
    on(event, fn) {
      const listener = fn as (payload: unknown) => void
      socket.on(event as string, listener)
      return () => void socket.off(event as string, listener)
    },
    async emit(event, data) {
      if (paused) await Promise.race([paused, wait(ackTimeoutMs)])
      if (isFinal(status)) return { ok: false, code: 'REALTIME_DISCONNECTED' } as never
      return (await send(event, data)) as never
    },
    connect() {
      if (!isFinal(status)) return
      tokenFailures = 0
      reason = 'connect'
      backoff.reset()
      setStatus('connecting')
      socket.connect()
    },
    close() {
      clearTimeout(retryTimer)
      setStatus('closed')
      resume()
      socket.disconnect()
    },
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function isFinal(status: ConnectionStatus): boolean {
  return status === 'unauthorized' || status === 'closed'
}
