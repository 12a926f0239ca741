import { Router } from 'express'

/** What the pages need to know of this installation. */
export function configRoute({ sandboxPhoneUrl }: { sandboxPhoneUrl?: string | undefined }): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.json({ sandboxPhoneUrl })
  })
  return router
}
