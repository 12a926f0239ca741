import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'

type Json = Record<string, unknown>
type Fault =
  /** Executed, then the connection breaks. */
  | { fault: 'loseAnswer' }
  /** An error that is saved under the idempotency key; executed before or not at all. */
  | { fault: 'saved500'; executed: boolean }
  /** An answer, with nothing executed and nothing saved. */
  | { fault: 'answer'; status: number; error: Json }

interface Made extends Json {
  id: string
  created: number
  metadata: Record<string, string>
}

/** Just enough of Stripe's documented protocol for the real SDK: forms, idempotency keys, lists, search, errors. */
export async function startFakeStripe() {
  const intents = new Map<string, Made>()
  const sessions = new Map<string, Made>()
  const refunds = new Map<string, Made>()
  const disputes = new Map<string, Made>()
  const saved = new Map<string, { request: string; status: number; body: Json }>()
  const requests: { method: string; path: string; key: string | undefined; form: Json }[] = []
  const faults: Fault[] = []
  const settings = { searchFinds: true, refundStatus: 'succeeded', questionsFail: false }

  const server = createServer((req, res) => {
    serve(req, res).catch((error: unknown) =>
      send(res, 500, { error: { type: 'api_error', message: String(error) } }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url!, 'http://fake')
    const text = await bodyOf(req)
    const form = decode(text === '' ? url.searchParams : new URLSearchParams(text))
    const key = req.headers['idempotency-key'] as string | undefined
    requests.push({ method: req.method!, path: url.pathname, key, form })
    const fault = req.method === 'POST' ? faults.shift() : undefined
    if (req.method === 'GET' && settings.questionsFail) {
      return send(res, 503, { error: { type: 'api_error', message: 'An error occurred' } })
    }
    if (fault?.fault === 'answer') return send(res, fault.status, { error: fault.error })

    const known = key === undefined ? undefined : saved.get(key)
    const request = `${url.pathname}?${text}`
    if (known && known.request !== request) {
      const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`
      return send(res, 400, { error: { type: 'idempotency_error', message } })
    }
    const isSticky = fault?.fault === 'saved500'
    let answer = known ?? { status: 500, body: {} as Json }
    if (!known) {
      if (!isSticky || fault.executed) answer = route(req.method!, url.pathname, form)
      if (isSticky)
        answer = { status: 500, body: { error: { type: 'api_error', message: 'An error occurred' } } }
      if (req.method === 'POST' && key !== undefined && answer.status !== 400)
        saved.set(key, { request, ...answer })
    }
    if (fault?.fault === 'loseAnswer') return void res.socket!.resetAndDestroy()
    send(res, answer.status, answer.body, known ? { 'idempotent-replayed': 'true' } : {})
  }

  function route(method: string, path: string, form: Json): { status: number; body: Json } {
    const ok = (body: Json) => ({ status: 200, body: structuredClone(body) })
    if ('payment_method_types' in form) {
      return refusal(
        400,
        'payment_method_types_no_longer_supported',
        'payment_method_types is no longer supported',
      )
    }
    if (path === '/v1/payment_intents' && method === 'POST') return ok(makeIntent(form))
    if (path === '/v1/checkout/sessions' && method === 'POST') return ok(makeSession(form))
    if (path === '/v1/refunds' && method === 'POST') return makeRefund(form)
    if (path === '/v1/refunds' || path === '/v1/disputes') {
      const wanted = [...(path === '/v1/refunds' ? refunds : disputes)].filter(
        ([, made]) => made['payment_intent'] === form['payment_intent'],
      )
      return ok(list(new Map(wanted), form))
    }
    if (path === '/v1/payment_intents') return ok(list(intents, form))
    if (path === '/v1/checkout/sessions') return ok(list(sessions, form))
    if (path === '/v1/payment_intents/search') {
      const wanted = [...String(form['query']).matchAll(/metadata\['(\w+)'\]:'([^']*)'/g)]
      const data = [...intents.values()].filter(({ metadata }) =>
        wanted.every(([, k, v]) => metadata[k!] === v),
      )
      return ok({
        object: 'search_result',
        data: settings.searchFinds ? data : [],
        has_more: false,
        url: path,
      })
    }
    const [, kind, id = '', action] =
      /^\/v1\/(payment_intents|checkout\/sessions)\/(\w+)(?:\/(\w+))?$/.exec(path) ?? []
    const found = (kind === 'payment_intents' ? intents : sessions).get(id)
    if (!found) return refusal(404, 'resource_missing', `No such ${kind}: '${id}'`)
    if (method === 'POST') return act(found, action, form)
    if (kind === 'payment_intents') return ok(found)
    const intent = intents.get(String(found['payment_intent']))
    const expanded = Array.isArray(form['expand']) && form['expand'].includes('payment_intent') && intent
    return ok(expanded ? { ...found, payment_intent: intent } : found)
  }

  function act(found: Made, action: string | undefined, form: Json): { status: number; body: Json } {
    const { status } = found
    if (action === 'capture' && status === 'requires_capture') {
      const amount = Number(form['amount_to_capture'] ?? found['amount'])
      return {
        status: 200,
        body: Object.assign(found, { status: 'succeeded', amount_received: amount, latest_charge: 'ch_1' }),
      }
    }
    if (action === 'cancel' && !['succeeded', 'canceled', 'processing'].includes(String(status))) {
      return {
        status: 200,
        body: Object.assign(found, {
          status: 'canceled',
          cancellation_reason: form['cancellation_reason'] ?? null,
        }),
      }
    }
    if (action === 'expire' && status === 'open') {
      return { status: 200, body: Object.assign(found, { status: 'expired', url: null }) }
    }
    return refusal(
      400,
      'payment_intent_unexpected_state',
      `You cannot ${action} this object because it is ${String(status)}`,
    )
  }

  function makeIntent(form: Json): Made {
    const id = `pi_${randomBytes(8).toString('hex')}`
    const intent: Made = {
      id,
      object: 'payment_intent',
      amount: Number(form['amount']),
      amount_received: 0,
      amount_capturable: 0,
      currency: form['currency'],
      capture_method: form['capture_method'] ?? 'automatic_async',
      client_secret: `${id}_secret_${randomBytes(8).toString('hex')}`,
      created: Math.floor(Date.now() / 1000),
      description: form['description'] ?? null,
      latest_charge: null,
      last_payment_error: null,
      cancellation_reason: null,
      metadata: (form['metadata'] ?? {}) as Record<string, string>,
      status: 'requires_payment_method',
    }
    intents.set(id, intent)
    return intent
  }

  function makeSession(form: Json): Made {
    const id = `cs_test_${randomBytes(8).toString('hex')}`
    const [item] = form['line_items'] as [{ price_data: Json }]
    const session: Made = {
      id,
      object: 'checkout.session',
      amount_total: Number(item.price_data['unit_amount']),
      currency: item.price_data['currency'],
      created: Math.floor(Date.now() / 1000),
      metadata: form['metadata'] as Record<string, string>,
      payment_intent: null,
      payment_intent_data: form['payment_intent_data'],
      payment_status: 'unpaid',
      status: 'open',
      url: `https://checkout.stripe.test/c/pay/${id}`,
    }
    sessions.set(id, session)
    return session
  }

  function makeRefund(form: Json): { status: number; body: Json } {
    const intent = intents.get(String(form['payment_intent']))
    const sum = [...refunds.values()]
      .filter(
        (refund) =>
          refund['payment_intent'] === intent?.id && !/failed|canceled/.test(String(refund['status'])),
      )
      .reduce((total, refund) => total + Number(refund['amount']), 0)
    const amount = Number(form['amount'])
    if (sum + amount > Number(intent?.['amount_received'])) {
      return refusal(
        400,
        'charge_already_refunded',
        'Refund amount is greater than unrefunded amount on charge',
      )
    }
    const id = `re_${randomBytes(8).toString('hex')}`
    const refund: Made = {
      id,
      object: 'refund',
      amount,
      charge: intent!['latest_charge'],
      created: Math.floor(Date.now() / 1000),
      currency: intent!['currency'],
      metadata: (form['metadata'] ?? {}) as Record<string, string>,
      payment_intent: intent!.id,
      reason: form['reason'] ?? null,
      status: settings.refundStatus,
    }
    refunds.set(id, refund)
    return { status: 200, body: structuredClone(refund) }
  }

  const client = new Stripe('sk_test_fake', {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  })

  return {
    client,
    port,
    intents,
    sessions,
    refunds,
    disputes,
    requests,
    faults,
    settings,
    creates: () => requests.filter(({ method, path }) => method === 'POST' && !/_\w{16}\//.test(path)),
    /** The payer pays: the intent of this reference takes the money. */
    pay(ref: string, change: Json = {}): Made {
      const intent = intentOf(ref)
      const held = intent['capture_method'] === 'manual'
      Object.assign(
        intent,
        held
          ? { status: 'requires_capture', amount_capturable: intent['amount'] }
          : {
              status: 'succeeded',
              amount_received: intent['amount'],
              latest_charge: `ch_${intent.id.slice(3)}`,
            },
        { last_payment_error: null },
        change,
      )
      const session = sessions.get(ref)
      if (session)
        Object.assign(session, { status: 'complete', payment_status: held ? 'unpaid' : 'paid', url: null })
      return intent
    },
    /** A payer's bank takes the money back: nobody wrote our name on it. */
    dispute(intent: string, amount: number, change: Json = {}): Made {
      const id = `du_${randomBytes(8).toString('hex')}`
      const dispute: Made = {
        id,
        object: 'dispute',
        amount,
        created: Math.floor(Date.now() / 1000),
        currency: intents.get(intent)!['currency'],
        evidence_details: { due_by: 1_800_000_000 },
        metadata: {},
        payment_intent: intent,
        reason: 'fraudulent',
        status: 'needs_response',
        ...change,
      }
      disputes.set(id, dispute)
      return dispute
    },
    /** A refund made in the dashboard: nobody wrote our name on it. */
    refundInDashboard(intent: string, amount: number): Made {
      return makeRefund({ payment_intent: intent, amount }).body as Made
    },
    /** Anything else happens to the intent of this reference. */
    change(ref: string, change: Json): Made {
      return Object.assign(intentOf(ref), change)
    },
    /** A snapshot event about an object as it is now. */
    event(type: string, object: Json, id = `evt_${randomBytes(8).toString('hex')}`) {
      const created = Math.floor(Date.now() / 1000)
      return {
        id,
        object: 'event',
        type,
        api_version: Stripe.API_VERSION,
        created,
        livemode: false,
        data: { object: structuredClone(object) },
      }
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  function intentOf(ref: string): Made {
    const session = sessions.get(ref)
    if (!session) return intents.get(ref)!
    const existing = intents.get(String(session['payment_intent']))
    if (existing) return existing
    const { amount_total: amount, currency } = session
    const intent = makeIntent({ amount, currency, ...(session['payment_intent_data'] as Json) })
    session['payment_intent'] = intent.id
    return intent
  }
}

function list(objects: Map<string, Made>, form: Json): Json {
  const { gte = 0, lte = Infinity } = (form['created'] ?? {}) as { gte?: string; lte?: string }
  const data = [...objects.values()]
    .filter(({ created }) => created >= Number(gte) && created <= Number(lte))
    .reverse()
  const limit = Number(form['limit'] ?? 10)
  const after = data.findIndex(({ id }) => id === form['starting_after']) + 1
  return {
    object: 'list',
    data: data.slice(after, after + limit),
    has_more: data.length > after + limit,
    url: '/',
  }
}

function refusal(status: number, code: string, message: string) {
  return { status, body: { error: { type: 'invalid_request_error', code, message } } }
}

function send(res: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_1', ...headers })
  res.end(JSON.stringify(body))
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req) text += String(chunk)
  return text
}

/** `a[b][0]=c` is `{ a: { b: ['c'] } }`. */
function decode(params: URLSearchParams): Json {
  const result: Json = {}
  for (const [name, value] of params) {
    const keys = name.split(/[[\]]+/).filter((key) => key !== '')
    let at = result
    keys.forEach((key, index) => {
      const following = keys[index + 1]
      if (following === undefined) at[key] = value
      else at = (at[key] ??= /^\d+$/.test(following) ? [] : {}) as Json
    })
  }
  return result
}
