import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { startSandbox, type Sandbox, type SandboxOptions } from '../src/index.js'

/** Safaricom's test number. */
export const john = '254708374149'

/** A sandbox that ends with the test. Its clock stands still unless the test says otherwise. */
export async function sandboxFor(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ timeScale: 0, ...options })
  onTestFinished(() => sandbox.close())
  return sandbox
}

export interface Received {
  path: string
  text: string
  body: StkCallbackBody
}

export interface StkCallbackBody {
  Body: {
    stkCallback: {
      MerchantRequestID: string
      CheckoutRequestID: string
      ResultCode: number | string
      ResultDesc: string
      CallbackMetadata?: { Item: Array<{ Name: string; Value?: unknown }> }
    }
  }
}

/** The application's end: takes callbacks. */
export async function merchantServer(
  answer: { status: number; text: string } = { status: 200, text: '{"ResultCode":0}' },
) {
  const received: Received[] = []
  const waiting: Array<() => void> = []
  const server = createServer((req, res) => {
    let text = ''
    req.setEncoding('utf8')
    req.on('data', (chunk: string) => (text += chunk))
    req.on('end', () => {
      received.push({ path: req.url ?? '', text, body: JSON.parse(text) as StkCallbackBody })
      res.writeHead(answer.status).end(answer.text)
      waiting.splice(0).forEach((wake) => wake())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    /** Resolves when `count` callbacks have come. */
    async count(count: number) {
      while (received.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
      return received
    },
  }
}

export interface Answered {
  status: number
  text: string
  json: Record<string, unknown>
}

async function read(response: Response): Promise<Answered> {
  const text = await response.text()
  const json = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {}
  return { status: response.status, text, json: json as Record<string, unknown> }
}

/** What an application does, with nothing but `env` and fetch. */
export function clientOf(sandbox: Pick<Sandbox, 'env'>) {
  const { env } = sandbox
  const base = env.MPESA_BASE_URL
  const basic = Buffer.from(`${env.MPESA_CONSUMER_KEY}:${env.MPESA_CONSUMER_SECRET}`).toString('base64')
  const Timestamp = '20261124103000'
  const Password = Buffer.from(env.MPESA_SHORTCODE + env.MPESA_PASSKEY + Timestamp).toString('base64')
  let token = ''

  async function authorize(
    headers: Record<string, string> = { authorization: `Basic ${basic}` },
    grant = 'client_credentials',
  ) {
    const answer = await read(await fetch(`${base}/oauth/v1/generate?grant_type=${grant}`, { headers }))
    if (answer.json.access_token) token = String(answer.json.access_token)
    return answer
  }

  async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
    if (!token) await authorize()
    return read(
      await fetch(base + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    )
  }

  const pushBody = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
    BusinessShortCode: 174379,
    Password,
    Timestamp,
    TransactionType: 'CustomerPayBillOnline',
    Amount: '1',
    PartyA: fields.PhoneNumber ?? john,
    PartyB: '174379',
    PhoneNumber: john,
    CallBackURL: 'https://shop.example/pay/in',
    AccountReference: 'ORDER-1',
    TransactionDesc: 'Order 1',
    ...fields,
  })

  return {
    authorize,
    post,
    pushBody,
    push: (fields?: Record<string, unknown>) => post('/mpesa/stkpush/v1/processrequest', pushBody(fields)),
    query: (CheckoutRequestID: unknown, fields: Record<string, unknown> = {}) =>
      post('/mpesa/stkpushquery/v1/query', {
        BusinessShortCode: '174379',
        Password,
        Timestamp,
        CheckoutRequestID,
        ...fields,
      }),
    /** The control API. */
    async control(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      return read(
        await fetch(`${base}/_sandbox${path}`, {
          method,
          headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
      )
    },
    useToken(value: string) {
      token = value
    },
    get token() {
      return token
    },
  }
}

/** A promise that somebody else opens. */
export function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open: () => open() }
}
