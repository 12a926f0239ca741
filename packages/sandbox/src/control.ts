import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Router } from 'express'
import type { SandboxClock } from './clock.js'
import type { CloudinarySandbox } from './cloudinary/cloudinary.js'
import { createCloudinaryControl } from './cloudinary/control.js'
import type { Daraja } from './daraja/daraja.js'
import type { Phone } from './daraja/phone.js'
import { faultTable, type FaultOrder } from './daraja/faults.js'
import { limits, merchant } from './daraja/settings.js'
import { readQr } from './daraja/qr-reading.js'
import { accountOf } from './daraja/ledger.js'
import { SandboxError } from './errors.js'
import type { MailSandbox } from './mail/mail.js'
import { createMailControl } from './mail/mail-control.js'
import { onlyFromHere } from './only-from-here.js'
import type { Signal } from './signal.js'
import { createStripeControl } from './stripe/control.js'
import type { StripeSandbox } from './stripe/stripe.js'

/** Creates the control API: what the sandbox does in code, for other processes, the page and the command line. */
export function createControl({
  cloudinary,
  daraja,
  mail,
  stripe,
  clock,
  changes,
  env,
}: {
  cloudinary: CloudinarySandbox
  daraja: Daraja
  mail: MailSandbox
  stripe: StripeSandbox
  clock: SandboxClock
  changes: Signal
  env: () => Record<string, string>
}): Router {
  const phoneOf = (req: Request) => daraja.phone(String(req.params.msisdn))

  const control = express.Router()
  control.use(onlyFromHere)
  control.use(express.json({ limit: '1mb' }))

  control.use('/stripe', createStripeControl(stripe))
  control.use('/cloudinary', createCloudinaryControl(cloudinary))
  control.get('/env', (_req, res) => void res.json(env()))
  control.get('/overview', (_req, res) => void res.json(overview(daraja, clock)))
  control.get('/events', streamOf(changes))
  control.get(
    '/ledger',
    (_req, res) => void res.json({ balances: daraja.balances(), entries: daraja.ledger() }),
  )
  control.get('/transactions', (_req, res) => void res.json(daraja.transactions()))
  control.get('/jobs', (_req, res) => void res.json(daraja.jobs()))
  control.get('/customer-payments', (_req, res) => void res.json(daraja.customerPayments()))
  control.post('/merchants/:shortcode/fund', async (req, res) => {
    await daraja.fund(String(req.params.shortcode), countIn(req, 'cents'))
    res.json({ balances: daraja.balances() })
  })
  control.post('/initiator/unlock', async (_req, res) => {
    await daraja.unlockInitiator()
    res.status(204).end()
  })
  control.post('/qr', express.raw({ type: 'image/png', limit: '8mb' }), (req, res) => {
    const code = req.body instanceof Uint8Array ? req.body : textIn(req, 'text')
    res.json({ ...invalidIfThrown(() => readQr(code)), business: merchant.name })
  })
  control.get('/callbacks', (_req, res) => void res.json(daraja.callbacks()))
  control.get('/requests', (_req, res) => void res.json(daraja.requests()))

  control.get('/clock', (_req, res) => void res.json({ nowMs: clock.now() }))
  control.post('/clock/advance', async (req, res) => {
    await clock.advance(countIn(req, 'ms'))
    res.json({ nowMs: clock.now() })
  })

  control.get('/faults', (_req, res) => void res.json({ standing: daraja.faults.list(), known: faultTable }))
  control.post(
    '/faults',
    (req, res) =>
      void res.status(201).json(invalidIfThrown(() => daraja.faults.order((req.body ?? {}) as FaultOrder))),
  )
  control.delete('/faults', (_req, res) => {
    daraja.faults.clear()
    res.status(204).end()
  })
  control.delete('/faults/:id', (req, res) => {
    daraja.faults.clear(Number(req.params.id))
    res.status(204).end()
  })

  control.get(
    '/phones',
    (_req, res) => void res.json(daraja.phones().map((msisdn) => daraja.phone(msisdn).view())),
  )
  control.get('/phones/:msisdn', (req, res) => void res.json(phoneOf(req).view()))
  control.get('/phones/:msisdn/prompt', async (req, res) => {
    const timeoutMs = Math.min(Number(req.query.waitMs ?? 0) || 0, 60_000)
    res.json(await phoneOf(req).prompt({ timeoutMs }))
  })
  control.post('/phones/:msisdn/:action', async (req, res) => {
    const { action } = req.params
    if (!isAction(action)) throw notFound(`A phone cannot do "${action}".`)
    await actions[action](phoneOf(req), req)
    res.json(phoneOf(req).view())
  })

  control.use('/mail', createMailControl(mail))

  control.use(() => {
    throw notFound('The control API has no such path.')
  })
  control.use(answerError)
  return control
}

const actions = {
  pin: (phone: Phone, req: Request) => phone.enterPin(textIn(req, 'pin')),
  cancel: (phone: Phone) => phone.cancel(),
  on: (phone: Phone) => phone.turnOn(),
  off: (phone: Phone) => phone.turnOff(),
  unlock: (phone: Phone) => phone.unlock(),
  deposit: (phone: Phone, req: Request) => phone.deposit(countIn(req, 'cents')),
  pay: (phone: Phone, req: Request) => {
    const shortcode = fieldOf(req, 'shortcode')
    const account = fieldOf(req, 'account')
    return phone.pay({
      amount: countIn(req, 'amount'),
      ...(shortcode !== undefined && { shortcode: shortcodeIn(req) }),
      ...(account !== undefined && { account: textIn(req, 'account') }),
      ...pinIn(req),
    })
  },
  scan: (phone: Phone, req: Request) => {
    const text = textIn(req, 'text')
    invalidIfThrown(() => readQr(text))
    return phone.scan(text, pinIn(req))
  },
}

function isAction(name: string): name is keyof typeof actions {
  return Object.hasOwn(actions, name)
}

/** How much of each list the page is sent. */
const shown = 60

/** What the page shows beside the phone, the newest first. */
function overview(daraja: Daraja, clock: SandboxClock) {
  const newest = <T>(list: T[]) => list.slice(-shown).reverse()
  const balances = daraja.balances()
  const transactions = daraja.transactions()
  const endings = [
    ...transactions.map(({ result }) => result && (result.code === 0 ? 'paid' : 'failed')),
    ...daraja.customerPayments().map(({ ending }) => ending && (ending === 'completed' ? 'paid' : 'failed')),
  ]
  const count = (wanted: 'paid' | 'failed' | undefined) => endings.filter((each) => each === wanted).length
  return {
    nowMs: clock.now(),
    timeScale: clock.timeScale,
    merchant: {
      name: merchant.name,
      shortcode: merchant.shortcode,
      balanceCents: balances[accountOf.merchant(merchant.shortcode)] ?? 0,
    },
    merchants: accountsOfMerchants(balances),
    promptMs: limits.promptMs,
    phones: daraja.phones().map((msisdn) => {
      const { name, isOn, balanceCents, prompt } = daraja.phone(msisdn).view()
      return { msisdn, name, isOn, balanceCents, isAsked: prompt !== null }
    }),
    requests: newest(daraja.requests()),
    callbacks: newest(daraja.callbacks()),
    transactions: newest(transactions),
    counts: {
      paid: count('paid'),
      open: count(undefined),
      failed: count('failed'),
    },
    ledger: newest(daraja.ledger().map((entry, id) => ({ id, ...entry }))),
    faults: daraja.faults.list(),
  }
}

/** Every merchant's accounts, the public test shortcode first. Its Utility Account is the one called by the merchant alone. */
function accountsOfMerchants(balances: Record<string, number>) {
  const prefix = accountOf.merchant('')
  const known = Object.keys(balances).filter((name) => name.startsWith(prefix))
  const shortcodes = new Set([merchant.shortcode, ...known.map((name) => name.split(':')[1]!)])
  return [...shortcodes].flatMap((shortcode) =>
    (['utility', 'working', 'charges'] as const).map((account) => {
      const name = accountOf.merchant(shortcode) + (account === 'utility' ? '' : `:${account}`)
      return { shortcode, account, balanceCents: balances[name] ?? 0 }
    }),
  )
}

/** Server-sent events: one `change` whenever something has changed, and a comment now and then to keep the line open. */
function streamOf(changes: Signal): RequestHandler {
  return function eventStream(_req, res) {
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const send = () => res.write('event: change\ndata: {}\n\n')
    const forget = changes.listen(send)
    const pulse = setInterval(() => res.write(': still here\n\n'), 15_000)
    res.once('close', () => {
      clearInterval(pulse)
      forget()
    })
    send()
  }
}

/** What a test gets as a TypeError is a bad request here. */
function invalidIfThrown<T>(act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw new SandboxError('SANDBOX_REQUEST_INVALID', (cause as Error).message, { status: 400, cause })
  }
}

function fieldOf(req: Request, name: string): unknown {
  return (req.body as Record<string, unknown> | undefined)?.[name]
}

function textIn(req: Request, name: string): string {
  const value = fieldOf(req, name)
  if (typeof value === 'string') return value
  throw new SandboxError('SANDBOX_REQUEST_INVALID', `Send JSON with "${name}", a string.`, { status: 400 })
}

function pinIn(req: Request): { pin?: string } {
  return fieldOf(req, 'pin') === undefined ? {} : { pin: textIn(req, 'pin') }
}

function shortcodeIn(req: Request): string {
  const shortcode = textIn(req, 'shortcode')
  if (/^\d{5,7}$/.test(shortcode)) return shortcode
  const message = `"${shortcode}" is no business number: it has 5 to 7 digits.`
  throw new SandboxError('SANDBOX_REQUEST_INVALID', message, { status: 400 })
}

function countIn(req: Request, name: string): number {
  const value = fieldOf(req, name)
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw new SandboxError('SANDBOX_REQUEST_INVALID', `Send JSON with "${name}", a whole number above 0.`, {
    status: 400,
  })
}

function notFound(message: string): SandboxError {
  return new SandboxError('SANDBOX_NOT_FOUND', message, { status: 404 })
}

/** RFC 9457. */
const answerError: ErrorRequestHandler = function answerError(error: unknown, _req, res, _next) {
  const { status = 500, code = 'SANDBOX_REQUEST_INVALID', message } = error as Partial<SandboxError>
  res
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: titles[status] ?? 'Error',
        status,
        detail: message,
        code,
      }),
    )
}

const titles: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  500: 'Internal Server Error',
}
