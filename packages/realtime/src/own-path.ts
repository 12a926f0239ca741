import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Server as SecureServer } from 'node:https'

/**
 * Keeps the requests under `path` to one handler. Engine.IO hides its path only from the listeners that are there when it
 * attaches; an application that is added to the server later would answer its polls with 404.
 * @internal
 */
export function reservePath(
  server: Server | SecureServer,
  path: string,
  handle: (req: IncomingMessage, res: ServerResponse) => void,
): void {
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean
  server.emit = function emitOutsidePath(event: string, ...args: unknown[]): boolean {
    const [req, res] = args as [IncomingMessage, ServerResponse]
    if (event !== 'request' || !req.url?.startsWith(path)) return emit(event, ...args)
    handle(req, res)
    return true
  }
}
