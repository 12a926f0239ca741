import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express'
import { checkKey, checkVersion } from './auth.js'
import { chargeOperations } from './charges.js'
import type { StripeContext } from './context.js'
import { customerOperations } from './customers.js'
import { disputeOperations } from './disputes.js'
import { endpointOperations } from './endpoints.js'
import { eventDestinationOperations } from './event-destinations.js'
import { eventOperations } from './events.js'
import { expand } from './expand.js'
import { decodeForm, decodeJson, type RawHash } from './form.js'
import type { Answer, Operation } from './operation.js'
import { listOf, text } from './params.js'
import { paymentIntentOperations } from './payment-intents.js'
import { paymentMethodOperations } from './payment-methods.js'
import { refundOperations } from './refunds.js'
import { productOperations } from './products.js'
import { sessionOperations } from './sessions.js'
import { invalid, Refusal } from './refusal.js'
import { fingerprintOf, keptReply, keyInUse } from './replies.js'
import type { StripeRequestLog } from './request-log.js'
import { apiVersion } from './settings.js'
import { v2EventOperations } from './v2-events.js'
import { beginWork, type Work } from './work.js'

/** All that the API can be asked here. A fixed path stands before one with an id in its place. */
const operations: Operation[] = [
  ...paymentIntentOperations,
  ...sessionOperations,
  ...customerOperations,
  ...productOperations,
  ...paymentMethodOperations,
  ...chargeOperations,
  ...refundOperations,
  ...disputeOperations,
  ...eventOperations,
  ...endpointOperations,
  ...v2EventOperations,
  ...eventDestinationOperations,
]

/** An answer on its way, with what its headers say. */
interface Outgoing extends Answer {
  requestId: string
  key?: string
  isReplayed?: boolean
}

/** Creates the HTTP face of Stripe; `finish` makes the changes of a work real. */
export function createStripeGateway(
  context: StripeContext,
  finish: (work: Work) => void,
  log: StripeRequestLog,
): Router {
  const { clock, ids, faults, store } = context
  const inProgress = new Set<string>()

  function handle(operation: Operation): RequestHandler {
    const on = `${operation.method} ${operation.path}`
    return async function stripeOperation(req, res, next) {
      // No id is called that: it is a search, which this has not.
      if (req.params.id === 'search') return next()
      const requestId = ids.request()
      const key = operation.method === 'POST' ? req.get('idempotency-key') : undefined
      let outgoing: Outgoing = { status: 500, body: {}, requestId, ...(key && { key }) }
      let isHolding = false
      try {
        checkKey(req.get('authorization') ?? '')
        checkVersion(req.get('stripe-version'))
        if (faults.take('rateLimit', { on })) throw rateLimited()
        if (key && inProgress.has(key)) throw keyInUse(key)
        if (key) inProgress.add(key)
        isHolding = key !== undefined
        outgoing = { ...outgoing, ...execute(operation, req, requestId, key) }
        await store.saved()
        const slowness = faults.take('slowAnswer', { on })
        if (slowness?.ms) await clock.sleep(slowness.ms)
      } catch (error) {
        outgoing = { ...outgoing, ...answerTo(error) }
      } finally {
        if (isHolding && key) inProgress.delete(key)
      }
      log.add({ atMs: clock.now(), requestId, request: req, status: outgoing.status, answer: outgoing.body })
      if (faults.take('loseAnswer', { on })) return void res.socket?.destroy()
      send(req, res, outgoing)
    }
  }

  function execute(
    operation: Operation,
    req: Request,
    requestId: string,
    key: string | undefined,
  ): Answer & { isReplayed?: boolean } {
    const work = beginWork(context, { id: requestId, idempotency_key: key ?? null })
    const params = paramsOf(req)
    const fingerprint = fingerprintOf(req.method, req.path, params)
    const kept = key ? keptReply(work, key, fingerprint) : undefined
    if (kept) return { status: kept.status, body: kept.body as object, isReplayed: true }
    const answer = perform(operation, work, params, String(req.params.id ?? ''))
    if (key) {
      const { status, body } = answer
      work.set('replies', key, { key, fingerprint, requestId, status, body, atMs: clock.now() })
    }
    finish(work)
    return answer
  }

  function perform(
    operation: Operation,
    work: Work,
    { expand: raw, ...params }: RawHash,
    id: string,
  ): Answer {
    const paths = raw === undefined ? [] : listOf(text, 20)(raw, 'expand')
    const values = operation.read(params, '')
    if (faults.take('serverError', { on: `${operation.method} ${operation.path}` })) return serverError()
    const answer = operation.run(work, values, id)
    if (faults.take('serverErrorAfter', { on: `${operation.method} ${operation.path}` })) return serverError()
    return { ...answer, body: expand(work, answer.body, paths) }
  }

  const router = express.Router()
  router.use(['/v1', '/v2'], express.text({ type: () => true, limit: '1mb' }))
  for (const operation of operations) {
    const method = operation.method.toLowerCase() as 'delete' | 'get' | 'post'
    router[method](operation.path, handle(operation))
  }
  router.use(['/v1', '/v2'], function unknownUrl(req, res) {
    const requestId = ids.request()
    send(req, res, { requestId, ...answerTo(unrecognized(req)) })
  })
  router.use(['/v1', '/v2'], unreadable(ids.request))
  return router
}

/** A GET has its parameters in the query, everything else in the body. @throws Refusal */
function paramsOf(req: Request): RawHash {
  const query = req.originalUrl.split('?')[1] ?? ''
  const body = typeof req.body === 'string' ? req.body : ''
  // API v2 has JSON bodies.
  if (req.path.startsWith('/v2/')) return { ...decodeForm(query), ...decodeJson(body) }
  if (body !== '' && !req.is('application/x-www-form-urlencoded')) {
    throw invalid(
      'Invalid request: the body must be form-encoded, with the content type application/x-www-form-urlencoded.',
    )
  }
  return decodeForm([query, body].filter(Boolean).join('&'))
}

function answerTo(error: unknown): Answer {
  if (error instanceof Refusal) return { status: error.status, body: { error: error.fields } }
  throw error
}

function unrecognized(req: Request): Refusal {
  return invalid(
    `Unrecognized request URL (${req.method}: ${req.baseUrl}${req.path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
    { status: 404 },
  )
}

function rateLimited(): Refusal {
  return new Refusal(429, {
    type: 'invalid_request_error',
    code: 'rate_limit',
    message: 'Request rate limit exceeded.',
  })
}

function serverError(): Answer {
  return {
    status: 500,
    body: { error: { type: 'api_error', message: 'An unknown error occurred' } },
  }
}

function send(req: Request, res: Response, { status, body, requestId, key, isReplayed }: Outgoing): void {
  res.set({
    'request-id': requestId,
    'stripe-version': req.get('stripe-version') ?? apiVersion,
    ...(key && { 'idempotency-key': key }),
    ...(isReplayed && { 'idempotent-replayed': 'true' }),
  })
  res.status(status).json(body)
}

/** What the client sent could not be read, or the journal not be written. */
function unreadable(nextId: () => string): ErrorRequestHandler {
  return function answerError(error: { status?: number; message?: string }, req, res, _next) {
    const status = error.status !== undefined && error.status < 500 ? error.status : 500
    const answer =
      status === 500 ? serverError() : answerTo(invalid(error.message ?? 'Invalid request.', { status }))
    send(req, res, { requestId: nextId(), ...answer })
  }
}
