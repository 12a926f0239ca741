import express, { type RequestHandler, type Response, type Router } from 'express'
import { SandboxError } from '../errors.js'
import { onlyFromHere } from '../only-from-here.js'
import { authenticationPage, checkoutPage, closedPage, type CheckoutPage } from '../page/checkout.js'
import { checkoutScript } from '../page/checkout-script.js'
import { checkoutStyle } from '../page/checkout-style.js'
import { readCard, type EntryProblem } from './card-entry.js'
import { outcomeOf, pay, successUrl, type Act } from './checkout.js'
import { price } from './currencies.js'
import type { PaymentIntent } from './objects.js'
import { authenticatePayment } from './paying.js'
import { account } from './settings.js'
import type { SessionRecord } from './state.js'
import { beginWork } from './work.js'
import type { StripeContext } from './context.js'

/** Creates the pages on which people pay and authenticate. */
export function createHostedPages(context: StripeContext, act: Act): Router {
  const { store, clock } = context
  const router = express.Router()
  router.get('/_page/checkout.css', (_req, res) => void res.type('css').send(checkoutStyle))
  router.get('/_page/checkout.js', (_req, res) => void res.type('js').send(checkoutScript))
  router.use(
    ['/c/pay', '/stripe/authenticate'],
    onlyFromHereToChange,
    express.urlencoded({ extended: false }),
  )

  function sessionIn(id: unknown): SessionRecord | undefined {
    return beginWork(context).get('sessions', String(id))
  }

  /** The intent whose client_secret the address carries. */
  function intentIn(id: unknown, secret: unknown): PaymentIntent | undefined {
    const intent = beginWork(context).get('paymentIntents', String(id))
    return intent?.client_secret === secret ? intent : undefined
  }

  router.get('/c/pay/:id', (req, res) => {
    const record = sessionIn(req.params.id)
    if (!record) return sendNotFound(res)
    if (record.session.status !== 'open') return sendClosed(res, record)
    const intent = beginWork(context).get('paymentIntents', record.session.payment_intent ?? '')
    if (intent?.status === 'requires_action') return res.redirect(303, authenticationUrl(intent))
    const isBack = req.query.authentication === 'failed' && intent
    const message = isBack && outcomeOf(beginWork(context), record.session.id, { intent })
    const problem = message && message.outcome === 'declined' ? { message: message.message } : undefined
    send(res, 200, checkoutPage({ ...contentOf(record), problem }))
  })

  router.post('/c/pay/:id', async (req, res) => {
    const record = sessionIn(req.params.id)
    if (!record) return sendNotFound(res)
    if (record.session.status !== 'open') return sendClosed(res, record)
    const { card, expiry, cvc, email, name } = typedIn(req.body)
    const read = readCard({ card, expiry, cvc }, clock.now())
    const again = (status: number, problem: EntryProblem | { message: string }) =>
      send(res, status, checkoutPage({ ...contentOf(record), typed: { email, name }, problem }))
    const isFree = record.session.amount_total === 0
    if ('message' in read && !isFree) return again(422, read)
    const entry = { card, expiry, cvc, ...(email && { email }), ...(name && { name }) }
    const outcome = await act((work) => pay(work, record.session.id, entry))
    if (outcome.outcome === 'declined') return again(402, { field: 'card', message: outcome.message })
    res.redirect(303, outcome.url)
  })

  router.get('/stripe/authenticate/:id', (req, res) => {
    const intent = intentIn(req.params.id, req.query.client_secret)
    if (!intent) return sendNotFound(res)
    if (intent.status !== 'requires_action') return send(res, 200, nothingToDo)
    const total = price(intent.amount, intent.currency)
    send(res, 200, authenticationPage({ merchant: account.name, total }))
  })

  router.post('/stripe/authenticate/:id', async (req, res) => {
    const intent = intentIn(req.params.id, req.query.client_secret)
    if (!intent) return sendNotFound(res)
    if (intent.status !== 'requires_action') return send(res, 200, nothingToDo)
    const succeeds = (req.body as { outcome?: string } | undefined)?.outcome === 'succeed'
    const after = await act((work) => {
      const current = work.get('paymentIntents', intent.id) ?? intent
      return current.status === 'requires_action' ? authenticatePayment(work, current, succeeds) : current
    })
    const record = Object.values(store.state.stripe.sessions).find(
      ({ session }) => session.payment_intent === intent.id,
    )
    if (record) {
      const { session } = record
      return res.redirect(
        303,
        session.status === 'complete' ? successUrl(session) : `/c/pay/${session.id}?authentication=failed`,
      )
    }
    const returnUrl = intent.next_action?.redirect_to_url?.return_url
    if (returnUrl === undefined) return send(res, 200, nothingToDo)
    res.redirect(303, withResult(returnUrl, after))
  })
  return router
}

function contentOf({ session, lineItems }: SessionRecord): CheckoutPage {
  return {
    merchant: account.name,
    total: price(session.amount_total, session.currency),
    items: lineItems.map(
      ({ description: name, quantity, amount_total, currency, price: { unit_amount } }) => ({
        name,
        quantity,
        amount: price(amount_total, currency),
        unit: price(unit_amount ?? amount_total / quantity, currency),
      }),
    ),
    cancelUrl: session.cancel_url,
    fixedEmail:
      session.customer_email ??
      (session.customer === null ? null : (session.customer_details?.email ?? null)),
    typed: {},
    isFree: session.amount_total === 0,
    button: buttons[session.submit_type ?? 'pay'] ?? 'Pay',
  }
}

const buttons: Record<string, CheckoutPage['button']> = {
  book: 'Book',
  donate: 'Donate',
  pay: 'Pay',
  subscribe: 'Subscribe',
}

/** Nothing from elsewhere. A form may lead anywhere, for after it comes the application's own address. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action http: https:; frame-ancestors 'none'"

function send(res: Response, status: number, html: string): void {
  res.set({
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  res.status(status).type('html').send(html)
}

function sendNotFound(res: Response): void {
  send(res, 404, closedPage({ title: 'Page not found', text: 'There is no such payment in this sandbox.' }))
}

function sendClosed(res: Response, { session }: SessionRecord): void {
  const page =
    session.status === 'complete'
      ? closedPage({
          title: "You're all done here",
          text: 'This order has been paid already. You are not charged twice.',
          link: successUrl(session),
        })
      : closedPage({
          title: 'This page has expired',
          text: 'The time to pay has run out, and nothing was charged. Go back to the shop to order again.',
          ...(session.cancel_url !== null && { link: session.cancel_url }),
        })
  send(res, 200, page)
}

const nothingToDo = closedPage({
  title: 'Nothing left to authenticate',
  text: 'You can close this page and go back to the shop.',
})

/** Looking is free to all; paying is not for the pages of other sites. */
const onlyFromHereToChange: RequestHandler = function onlyFromHereToChange(req, res, next) {
  if (req.method === 'GET' || req.method === 'HEAD') return next()
  onlyFromHere(req, res, (error?: unknown) => {
    if (!(error instanceof SandboxError)) return next(error)
    send(res, error.status, closedPage({ title: 'Refused', text: 'Pay on this page itself.' }))
  })
}

function typedIn(body: unknown): Record<'card' | 'cvc' | 'email' | 'expiry' | 'name', string> {
  const textOf = (name: string) => {
    const value = (body as Record<string, unknown> | undefined)?.[name]
    return typeof value === 'string' ? value.trim().slice(0, 200) : ''
  }
  return {
    card: textOf('card'),
    cvc: textOf('cvc'),
    email: textOf('email'),
    expiry: textOf('expiry'),
    name: textOf('name'),
  }
}

function authenticationUrl({ id, client_secret }: PaymentIntent): string {
  return `/stripe/authenticate/${id}?client_secret=${client_secret}`
}

/** The application's return_url, with what Stripe adds to it. */
function withResult(returnUrl: string, { id, client_secret, status }: PaymentIntent): string {
  const url = new URL(returnUrl)
  const isPaid = status === 'succeeded' || status === 'requires_capture'
  url.searchParams.set('payment_intent', id)
  url.searchParams.set('payment_intent_client_secret', client_secret)
  url.searchParams.set('redirect_status', isPaid ? 'succeeded' : 'failed')
  return url.href
}
