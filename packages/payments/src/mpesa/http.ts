import axiosModule, { type AxiosInstance } from 'axios'
import { PaymentsError } from '../errors.js'
import { isAuthFailure, readAnswer, type Answer } from './answers.js'
import { createTokens, expiryOf, type AccessToken, type TokenStore } from './tokens.js'

/** Calls to Daraja: one JSON object in, one out. */
export interface DarajaHttp {
  /** Throws a `PaymentsError` whose `outcome` says what is proven. Never sends twice what may have been executed. */
  post(path: string, body: object): Promise<Record<string, unknown>>
}

/** What the HTTP side needs. */
export interface DarajaHttpOptions {
  baseUrl: string
  consumerKey: string
  consumerSecret: string
  timeoutMs: number
  axios: AxiosInstance | undefined
  tokenStore: TokenStore | undefined
  clock: () => number
}

/** OAuth, time limits and the reading of answers. */
export function darajaHttp(options: DarajaHttpOptions): DarajaHttp {
  const { baseUrl, consumerKey, consumerSecret, timeoutMs, clock } = options
  const http = options.axios ?? axiosModule.create()
  const tokens = createTokens(mint, { store: options.tokenStore, clock })

  async function mint(): Promise<AccessToken> {
    const basic = Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64')
    const answer = await send('GET', '/oauth/v1/generate?grant_type=client_credentials', `Basic ${basic}`)
    // Wrong keys are mostly answered with status 400 and nothing in it.
    if (answer.status === 400 || answer.status === 401) {
      throw new PaymentsError(
        'PAYMENTS_MPESA_CREDENTIALS',
        'Daraja: the consumer key or secret is wrong, or belongs to the other environment',
        { status: 502 },
      )
    }
    const { access_token: value, expires_in: expiresIn } = readAnswer(answer)
    if (typeof value === 'string' && value !== '') return { value, expiresAt: expiryOf(expiresIn, clock()) }
    throw new PaymentsError('PAYMENTS_MPESA_UNEXPECTED', 'Daraja: an answer without an access token', {
      status: 502,
    })
  }

  async function token(): Promise<string> {
    try {
      return await tokens.get()
    } catch (error) {
      // Without a token nothing can have been executed, whatever went wrong.
      throw notExecuted(error)
    }
  }

  async function send(
    method: 'GET' | 'POST',
    path: string,
    authorization: string,
    body?: object,
  ): Promise<Answer> {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const { status, data } = await http.request<string>({
        method,
        url: baseUrl + path,
        headers: { Authorization: authorization, ...(body && { 'Content-Type': 'application/json' }) },
        ...(body && { data: JSON.stringify(body) }),
        signal,
        maxRedirects: 0,
        maxContentLength: 1_000_000,
        responseType: 'text',
        transformResponse: (text: string) => text,
        validateStatus: () => true,
      })
      return { status, text: String(data ?? '') }
    } catch (error) {
      throw transportFailure(error, signal.aborted, timeoutMs)
    }
  }

  return {
    async post(path, body) {
      const first = await token()
      const answer = await send('POST', path, `Bearer ${first}`, body)
      if (!isAuthFailure(answer)) return readAnswer(answer)
      // Refused at the gateway, before M-Pesa saw it: a new token and one more time is safe, also for money.
      tokens.drop(first)
      return readAnswer(await send('POST', path, `Bearer ${await token()}`, body))
    },
  }
}

/** Failures before the request could leave: names that do not resolve, connections and certificates refused. */
function transportFailure(error: unknown, timedOut: boolean, timeoutMs: number): PaymentsError {
  if (timedOut) {
    return new PaymentsError('PAYMENTS_MPESA_TIMEOUT', `Daraja did not answer within ${timeoutMs} ms`, {
      status: 504,
      outcome: 'unknown',
      cause: error,
    })
  }
  const cause = ((error as Error).cause ?? error) as {
    code?: string
    syscall?: string
    errors?: { syscall?: string }[]
  }
  const syscalls = cause.errors?.map(({ syscall }) => syscall) ?? [cause.syscall]
  const neverLeft =
    syscalls.every((syscall) => syscall === 'connect' || syscall === 'getaddrinfo') ||
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(cause.code ?? '')
  return new PaymentsError(
    'PAYMENTS_MPESA_UNREACHABLE',
    `Daraja cannot be reached (${cause.code ?? 'no code'})`,
    {
      status: 502,
      outcome: neverLeft ? 'not_executed' : 'unknown',
      cause: error,
    },
  )
}

function notExecuted(error: unknown): PaymentsError {
  if (!(error instanceof PaymentsError)) {
    return new PaymentsError('PAYMENTS_MPESA_UNEXPECTED', 'the token store failed', {
      outcome: 'not_executed',
      cause: error,
    })
  }
  const { code, message, status, providerCode, requestId, retryAfterMs } = error
  return new PaymentsError(code, message, {
    status,
    outcome: 'not_executed',
    cause: error.cause ?? error,
    ...(providerCode !== undefined && { providerCode }),
    ...(requestId !== undefined && { requestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
}
