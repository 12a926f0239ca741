import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express'
import { firewallPage, refusal, spikeArrest, type Answer } from './answers.js'
import type { Random } from '../random.js'
import { refuseB2c } from './b2c.js'
import type { C2b } from './c2b.js'
import { registerUrls, simulate } from './c2b-requests.js'
import type { Context } from './context.js'
import { text, type Fields } from './fields.js'
import { isAuthorized, oauth } from './oauth.js'
import { elsewhere, operations, type OperationName } from './operations.js'
import type { Jobs } from './jobs.js'
import type { Pushes } from './pushes.js'
import { qrCode } from './qr-code.js'
import type { RequestLog } from './request-log.js'
import { createSpikeArrest } from './spike-arrest.js'
import { stkPush } from './stk-push.js'
import { stkQuery } from './stk-query.js'

/** What the gateway passes requests to. */
export interface GatewayParts {
  pushes: Pushes
  jobs: Jobs
  c2b: C2b
  log: RequestLog
}

/** Creates the HTTP face of Daraja. */
export function createGateway(context: Context, { pushes, jobs, c2b, log }: GatewayParts): Router {
  const { clock, random, store, faults } = context
  const arrest = createSpikeArrest(context)

  const execute: Record<OperationName, (req: Request, fields: Fields) => Answer | Promise<Answer>> = {
    oauth: (req) => oauth(context, req.get('authorization') ?? '', req.query.grant_type),
    stkPush: (_req, fields) => stkPush(context, pushes, fields),
    stkQuery: (_req, fields) => stkQuery(context, fields),
    reversal: (_req, fields) => jobs.accept('reversal', fields),
    transactionStatus: (_req, fields) => jobs.accept('transactionStatus', fields),
    accountBalance: (_req, fields) => jobs.accept('accountBalance', fields),
    b2c: (req, fields) => refuseB2c(context, fields, req.path) ?? jobs.accept('b2c', fields),
    c2bRegister: (req, fields) => registerUrls(context, fields, req.path),
    c2bSimulate: (_req, fields) => simulate(context, c2b, fields),
    qrCode: (_req, fields) => qrCode(context, fields),
  }

  function handle(name: OperationName): RequestHandler {
    return async function darajaOperation(req, res) {
      const answer = admit(name, req) ?? (await perform(name, req))
      await store.saved()
      log.add({ atMs: clock.now(), operation: name, request: req, answer })
      const where = { on: name, msisdn: text(readFields(req) ?? {}, 'PhoneNumber') }
      const slowness = faults.take('slowAnswer', where)
      if (slowness?.ms) await clock.sleep(slowness.ms)
      if (faults.take('loseAnswer', where)) return void res.socket?.destroy()
      send(res, answer)
    }
  }

  /** What stands in front of the operation: an answer here means that it was not reached. */
  function admit(name: OperationName, req: Request): Answer | undefined {
    const { method, invalidToken } = operations[name]
    if (faults.take('firewallPage', { on: name })) return firewallPage(random)
    if (req.method !== method && req.method === 'GET') {
      return refusal(random, 404, '404.001.04', 'Invalid Authentication Header')
    }
    if (req.method !== method) return refusal(random, 405, '405.001', `${req.method} Method Not Allowed`)
    if (name !== 'oauth') {
      if (faults.take('invalidateToken', { on: name })) store.commit({ type: 'tokensRevoked' })
      if (!/^Bearer /i.test(req.get('authorization') ?? '')) {
        return refusal(random, 404, '404.001.04', 'Invalid Authentication Header')
      }
      if (!isAuthorized(context, req.get('authorization') ?? '')) {
        const { status, code, message } = invalidToken
        const token = message.endsWith(' ') ? (req.get('authorization') ?? '').slice('Bearer '.length) : ''
        return refusal(random, status, code, message + token)
      }
    }
    const rate = arrest(name)
    if (rate) return spikeArrest(rate)
    if (faults.take('systemBusy', { on: name })) {
      return refusal(random, 500, '500.003.02', 'System is busy. Please try again in few minutes.')
    }
    return undefined
  }

  function perform(name: OperationName, req: Request): Answer | Promise<Answer> {
    const fields = readFields(req)
    return fields ? execute[name](req, fields) : refusal(random, 400, '400.002.05', 'Invalid Request Payload')
  }

  const router = express.Router()
  router.use(express.text({ type: () => true, limit: '1mb' }))
  for (const name of Object.keys(operations) as OperationName[]) {
    router.all(operations[name].path, handle(name))
  }
  router.use(elsewhere, (_req, res) => send(res, refusal(random, 404, '404.001.01', 'Resource not found')))
  router.use(answerError(random))
  return router
}

/** What the client sent could not be read, or the journal not be written. */
function answerError(random: Random): ErrorRequestHandler {
  return function answerError(error: { status?: number }, _req, res, _next) {
    const isTheirs = error.status !== undefined && error.status < 500
    send(
      res,
      isTheirs
        ? refusal(random, 400, '400.002.05', 'Invalid Request Payload')
        : refusal(random, 500, '500.003.1001', 'Internal Server Error'),
    )
  }
}

/** The JSON object of the body; empty if the body says that it is no JSON; undefined if it is none though it says so. */
function readFields(req: Request): Fields | undefined {
  if (!req.is('application/json')) return {}
  try {
    const body: unknown = JSON.parse(typeof req.body === 'string' ? req.body : '')
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Fields) : undefined
  } catch {
    return undefined
  }
}

function send(res: Response, { status, body }: Answer): void {
  res.status(status)
  if (body === undefined) res.end()
  else if (typeof body === 'string') res.type('html').send(body)
  else res.json(body)
}
