import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import type { z } from 'zod'
import { createRealtime, type Realtime, type RealtimeOptions, type RealtimeUser } from '../src/index.js'

export const transports = ['websocket', 'polling'] as const

/** A token that says itself who it is and until when. */
export function tokenFor(sub: string, lifeMs = 60_000): string {
  return JSON.stringify({ sub, exp: (Date.now() + lifeMs) / 1000 })
}

export async function verify(token: string): Promise<RealtimeUser> {
  return JSON.parse(token) as RealtimeUser
}

export interface Started<ToClient extends object> extends AsyncDisposable {
  server: Server
  realtime: Realtime<ToClient>
  url: string
  port: number
}

export async function start<
  ToClient extends object = Record<string, unknown>,
  Schemas extends Record<string, z.ZodType> = Record<string, z.ZodType>,
>(options: Partial<RealtimeOptions<RealtimeUser, Schemas>> = {}, port = 0): Promise<Started<ToClient>> {
  const server = createServer((_req, res) => res.end('app'))
  const realtime = createRealtime<ToClient, RealtimeUser, Schemas>(server, {
    origins: ['https://shop.example'],
    authenticate: verify,
    drain: { intervalMs: 1, timeoutMs: 1_000 },
    ...options,
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const bound = (server.address() as AddressInfo).port
  return {
    server,
    realtime,
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    async [Symbol.asyncDispose]() {
      await realtime.close()
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A plain Socket.IO client. */
export function rawClient(
  url: string,
  token: string | undefined,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Socket & Disposable {
  const socket = io(url, { forceNew: true, transports: ['websocket'], auth: { token }, ...options })
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.disconnect() })
}

/** Resolves with the first argument of the next such event. */
export function next<T = unknown>(
  emitter: { once(event: string, fn: (value: T) => void): unknown },
  event: string,
) {
  return new Promise<T>((resolve) => emitter.once(event, resolve))
}

/** Resolves to the code of the refusal. */
export async function refusal(socket: Socket): Promise<unknown> {
  socket.once('connect', () => socket.emit('error', new Error('connected')))
  const err = await next<Error & { data?: { code?: string } }>(socket as never, 'connect_error')
  return err.data?.code ?? err.message
}

/** A logger that keeps what it is told. */
export function recorder() {
  const entries: { level: string; message: string; fields: object | undefined }[] = []
  const at = (level: string) => (message: string, fields?: object) =>
    void entries.push({ level, message, fields })
  return { entries, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}

export function deferred<T>() {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => (resolve = settle))
  return { promise, resolve }
}
