import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express'
import { adminOperations } from './admin.js'
import type { CloudinaryContext } from './context.js'
import { createDelivery, headerText } from './delivery.js'
import { fieldsOfForm, readForm, type Form } from './form.js'
import { managingOperations } from './managing.js'
import type { Answer, Operation } from './operation.js'
import { notInSandbox, Refusal } from './refusal.js'
import type { CloudinaryRequestLog } from './request-log.js'
import { cloud, cloudinaryLimits } from './settings.js'
import { uploadOperations } from './upload.js'

/** Creates the HTTP face of Cloudinary: the Upload API, the Admin API, and its CDN. `changed` is called after changes. */
export function createCloudinaryGateway(
  context: CloudinaryContext,
  log: CloudinaryRequestLog,
  changed: () => void,
): Router {
  const { clock, store, blobs, faults } = context
  const operations = [...uploadOperations, ...managingOperations, ...adminOperations(context)]

  function handle({ name, run }: Operation): RequestHandler {
    return async function cloudinaryOperation(req, res) {
      const cut = faults.take('resetUpload', name)
      if (cut) return breakOff(req, cut.bytes ?? 1)
      let form: Form | undefined
      let answer: Answer
      try {
        form = await formOf(req)
        answer = await perform(req, form)
      } catch (error) {
        if (req.destroyed && !req.complete) return // the client went away; nothing was done
        answer = answerTo(error)
      }
      const { status, body } = answer
      log.add({ atMs: clock.now(), operation: name, request: req, form, status, answer: body })
      if (faults.take('loseAnswer', name)) return void res.socket?.destroy()
      send(res, answer)
    }

    async function perform(req: Request, form: Form): Promise<Answer> {
      if (req.params.cloud !== cloud.name)
        throw new Refusal(401, `Invalid cloud_name ${String(req.params.cloud)}`)
      const limit = faults.take('rateLimit', name)
      if (limit) throw new Refusal(limit.status ?? 420, 'Rate Limit Exceeded. Try again later.')
      const error = faults.take('serverError', name)
      if (error) throw new Refusal(error.status ?? 500, 'General Error')
      const answer = await run(context, req, form)
      await store.saved()
      changed()
      await blobs.remove(...(answer.unused ?? []))
      const slowness = faults.take('slowAnswer', name)
      if (slowness?.ms) await clock.sleep(slowness.ms)
      const late = faults.take('serverErrorAfter', name)
      if (late) throw new Refusal(late.status ?? 500, 'General Error')
      return answer
    }
  }

  const api = express.Router({ mergeParams: true })
  for (const operation of operations) api[operation.method](operation.path, handle(operation))
  api.use(handle({ name: 'unknown', method: 'get', path: '', run: refuseUnknown }))

  const router = express.Router()
  router.use('/v1_1/:cloud', allowEveryOrigin, api, answerError)
  router.get('/:cloud/:resourceType/:type/*name', createDelivery(context, log))
  return router
}

/** The browser uploads to Cloudinary from any page. */
const allowEveryOrigin: RequestHandler = function allowEveryOrigin(req, res, next) {
  res.set({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'X-Cld-Error, X-Request-Id',
    'x-request-id': crypto.randomUUID().replaceAll('-', ''),
  })
  if (req.method !== 'OPTIONS') return next()
  res.set({
    'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
    'access-control-allow-headers': req.get('access-control-request-headers') ?? '*',
  })
  res.status(204).end()
}

/** A GET has its parameters in the query, everything else in the body as well. */
async function formOf(req: Request): Promise<Form> {
  const query = fieldsOfForm(req.originalUrl.split('?')[1] ?? '')
  if (req.method === 'GET') return { fields: query }
  const form = await readForm(req, cloudinaryLimits.requestBytes)
  return { ...form, fields: Object.assign(query, form.fields) }
}

function refuseUnknown(_context: CloudinaryContext, req: Request): never {
  throw notInSandbox(`${req.method} ${req.path}`)
}

function breakOff(req: Request, count: number): void {
  let seen = 0
  req.on('data', (chunk: Buffer) => {
    seen += chunk.length
    if (seen >= count) req.socket.destroy()
  })
  req.once('end', () => req.socket.destroy())
}

function answerTo(error: unknown): Answer {
  if (!(error instanceof Refusal)) throw error
  return { status: error.status, body: { error: { message: error.message } } }
}

function send(res: Response, { status, body, headers = {} }: Answer): void {
  const { error } = body as { error?: { message: string } }
  if (error) res.set('x-cld-error', headerText(error.message))
  res.set(headers).status(status).json(body)
}

/** The journal could not be written. */
const answerError: ErrorRequestHandler = function answerError(_error: unknown, _req, res, _next) {
  send(res, { status: 500, body: { error: { message: 'General Error' } } })
}
