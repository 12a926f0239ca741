import { Router } from 'express'
import type { Env } from '../env.js'
import { cardFormKey } from '../services/stripe.js'

/** What the pages need to know of this installation. */
export function configRoute({ env, takesCards }: { env: Env; takesCards: boolean }): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.json({ sandboxPhoneUrl: env.SANDBOX_PHONE_URL, takesCards, cardFormKey: cardFormKey(env) })
  })
  return router
}
