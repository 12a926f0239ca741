import express, { type ErrorRequestHandler, type Request, type Router } from 'express'
import { SandboxError } from '../errors.js'
import type { CheckoutEntry } from './checkout.js'
import { stripeFaultTable, type StripeFaultOrder } from './faults.js'
import type { DisputeOptions, ListenOptions, StripeSandbox } from './stripe.js'

/** Creates the control API of Stripe: what `sandbox.stripe` does in code, for other processes. JSON is parsed already. */
export function createStripeControl(stripe: StripeSandbox): Router {
  const control = express.Router()
  const looks = {
    '/charges': stripe.charges,
    '/deliveries': stripe.deliveries,
    '/disputes': stripe.disputes,
    '/events': stripe.events,
    '/payment_intents': stripe.paymentIntents,
    '/refunds': stripe.refunds,
    '/requests': stripe.requests,
    '/sessions': stripe.sessions,
  }
  for (const [path, look] of Object.entries(looks)) control.get(path, (_req, res) => void res.json(look()))

  control.post('/listen', async (req, res) => {
    const { url = '', ...options } = bodyOf<ListenOptions & { url?: string }>(req)
    res.status(201).json(await stripe.listen(url, options))
  })
  control.post('/webhook_endpoints/:id/roll_secret', async (req, res) => {
    res.json({ secret: await stripe.rollSecret(idIn(req)) })
  })
  control.post('/events/:id/resend', async (req, res) => {
    await stripe.resend(idIn(req))
    res.status(204).end()
  })

  control.get('/sessions/:id', (req, res) => {
    const { session, lineItems } = stripe.checkout(idIn(req))
    res.json({ session, lineItems })
  })
  control.post('/sessions/:id/pay', async (req, res) => {
    res.json(await stripe.checkout(idIn(req)).pay(bodyOf<CheckoutEntry>(req)))
  })
  control.post('/sessions/:id/authenticate', async (req, res) => {
    res.json(await stripe.checkout(idIn(req)).authenticate(outcomeIn(req, 'succeed', 'fail')))
  })
  control.post('/sessions/:id/expire', async (req, res) => {
    res.json(await stripe.checkout(idIn(req)).expire())
  })
  control.post('/payment_intents/:id/authenticate', async (req, res) => {
    res.json(await stripe.authenticate(idIn(req), outcomeIn(req, 'succeed', 'fail')))
  })
  control.post('/payment_intents/:id/dispute', async (req, res) => {
    res.status(201).json(await stripe.dispute(idIn(req), bodyOf<DisputeOptions>(req)))
  })
  control.post('/disputes/:id/close', async (req, res) => {
    res.json(await stripe.closeDispute(idIn(req), outcomeIn(req, 'lost', 'won')))
  })
  control.post('/balance', async (req, res) => {
    const { currency = '', amount = NaN } = bodyOf<{ currency?: string; amount?: number }>(req)
    await stripe.setBalance(currency, amount)
    res.status(204).end()
  })

  control.get(
    '/faults',
    (_req, res) => void res.json({ standing: stripe.faults.list(), known: stripeFaultTable }),
  )
  control.post('/faults', (req, res) => {
    res.status(201).json(stripe.faults.order(bodyOf<StripeFaultOrder>(req)))
  })
  control.delete('/faults', (_req, res) => {
    stripe.faults.clear()
    res.status(204).end()
  })
  control.delete('/faults/:id', (req, res) => {
    stripe.faults.clear(Number(req.params.id))
    res.status(204).end()
  })
  control.use(refuseMisuse)
  return control
}

/** What is a TypeError in code is a wrong request here. */
const refuseMisuse: ErrorRequestHandler = function refuseMisuse(error: unknown, _req, _res, next) {
  next(error instanceof TypeError ? requestInvalid(error.message, error) : error)
}

function idIn(req: Request): string {
  return String(req.params.id)
}

/** The body as it is claimed to be: what it is used for checks it. */
function bodyOf<T>(req: Request): T {
  return (req.body ?? {}) as T
}

/** `{ "outcome": … }`; the first of the words if it is not said. */
function outcomeIn<T extends string>(req: Request, first: T, second: T): T {
  const { outcome = first } = bodyOf<{ outcome?: T }>(req)
  if (outcome === first || outcome === second) return outcome
  throw requestInvalid(`Send JSON with "outcome", "${first}" or "${second}".`)
}

function requestInvalid(message: string, cause?: unknown): SandboxError {
  return new SandboxError('SANDBOX_REQUEST_INVALID', message, { status: 400, cause })
}
