import { join } from 'node:path'
import express, { Router } from 'express'

/** The built pages. Hashed assets are kept for a year; the page itself is asked for anew each time. */
export function webApp(dir: string): Router {
  const router = Router()
  router.use(
    '/assets',
    express.static(join(dir, 'assets'), { immutable: true, maxAge: '1y', fallthrough: false }),
  )
  router.use(express.static(dir, { index: false }))
  router.get('/{*path}', (_req, res) => {
    res.sendFile(join(dir, 'index.html'), { cacheControl: false, headers: { 'Cache-Control': 'no-cache' } })
  })
  return router
}
