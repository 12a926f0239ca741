import type { RequestHandler } from 'express'
import { basename } from 'node:path'
import { kindOfKey, kinds, type FileKind } from './kinds.js'
import { isKey } from './names.js'

/**
 * Serves the files of a folder by their keys: GET and HEAD, ranges and conditions by Express itself. What came from a
 * stranger never runs: its type is that of its kind, browsers may not guess another, and it has no rights as a page.
 */
export function serveFiles(root: string): RequestHandler {
  return function serveUploads(req, res, next) {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next()
    const key = keyOf(req.path)
    const kind = key === undefined ? undefined : kindOfKey(key)
    if (key === undefined || kind === undefined) return next()
    const headers = headersOf(key, kind)
    res.sendFile(key, { root, headers, maxAge: '1y', immutable: true, dotfiles: 'deny' }, (err?: unknown) => {
      if (!err) return
      if (res.headersSent) return res.destroy()
      for (const name of Object.keys(headers)) res.removeHeader(name)
      const { status } = err as { status?: unknown }
      next(status === 404 || status === 403 ? undefined : err)
    })
  }
}

/** Keys need no escapes: an address with one is not ours. */
function keyOf(path: string): string | undefined {
  const key = path.slice(1)
  return isKey(key) ? key : undefined
}

function headersOf(key: string, kind: FileKind): Record<string, string> {
  const { type, family } = kinds[kind]
  return {
    'Content-Type': type,
    'X-Content-Type-Options': 'nosniff',
    'Content-Disposition': family === 'document' ? `attachment; filename="${basename(key)}"` : 'inline',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cross-Origin-Resource-Policy': 'cross-origin',
  }
}
