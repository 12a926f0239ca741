import { Router } from 'express'

/** `/live`: the process answers. `/ready`: all checks pass, so it should be sent requests. */
export function healthRoutes(checks: Record<string, () => Promise<void>>): Router {
  const router = Router()
  router.get('/live', (_req, res) => {
    res.json({ status: 'ok' })
  })
  router.get('/ready', async (_req, res) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const result = await check().then(
          () => 'ok',
          () => 'failed',
        )
        return [name, result] as const
      }),
    )
    const ready = results.every(([, result]) => result === 'ok')
    res
      .status(ready ? 200 : 503)
      .json({ status: ready ? 'ok' : 'unavailable', checks: Object.fromEntries(results) })
  })
  return router
}
