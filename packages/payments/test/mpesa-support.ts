import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startSandbox, type SandboxOptions } from '@ementech/sandbox'
import { onTestFinished } from 'vitest'
import { createMpesa, money, type MpesaOptions } from '../src/mpesa.js'
import { PHONE } from './shop.js'

/** An HTTP server that keeps what it is sent, and answers as it is told. */
export async function listener(answer: (req: IncomingMessage, res: ServerResponse, body: string) => void) {
  const received: { path: string; text: string }[] = []
  const server = createServer((req, res) => {
    let text = ''
    req.setEncoding('utf8')
    req.on('data', (chunk: string) => (text += chunk))
    req.on('end', () => {
      received.push({ path: req.url!, text })
      answer(req, res, text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** The options of a client for this sandbox. */
export function clientOptions(env: Record<string, string>) {
  return {
    environment: 'sandbox',
    baseUrl: env['MPESA_BASE_URL']!,
    consumerKey: env['MPESA_CONSUMER_KEY']!,
    consumerSecret: env['MPESA_CONSUMER_SECRET']!,
    shortcode: env['MPESA_SHORTCODE']!,
    passkey: env['MPESA_PASSKEY']!,
    initiator: {
      name: env['MPESA_INITIATOR_NAME']!,
      password: env['MPESA_INITIATOR_PASSWORD']!,
      certificate: env['MPESA_CERTIFICATE']!,
    },
  } satisfies MpesaOptions
}

/** A sandbox whose clock stands still, a client for it, and the server that its results come to. */
export async function daraja(options: Partial<MpesaOptions> = {}, sandboxOptions: SandboxOptions = {}) {
  const sandbox = await startSandbox({ timeScale: 0, ...sandboxOptions })
  onTestFinished(() => sandbox.close())
  const inbox = await listener((_, res) => res.end('{"ResultCode":0,"ResultDesc":"Accepted"}'))
  const mpesa = createMpesa({
    ...clientOptions(sandbox.env),
    callbackUrl: `${inbox.url}/stk`,
    resultUrl: `${inbox.url}/result`,
    timeoutUrl: `${inbox.url}/timeout`,
    ...options,
  })
  /** What has come once a while has passed. */
  const result = async () => {
    await sandbox.clock.advance(60_000)
    return inbox.received.at(-1)
  }
  /** The receipt of a payment just made. */
  const pay = async (shillings = '150') => {
    await mpesa.stkPush({
      amount: money(shillings, 'KES'),
      phone: PHONE,
      reference: 'ORDER-1',
      description: 'Two',
    })
    await sandbox.daraja.phone(PHONE).enterPin('1234')
    await sandbox.clock.advance(200_000)
    return sandbox.daraja.transactions().at(-1)!.result!.receipt!
  }
  const sent = () => JSON.parse(sandbox.daraja.requests().at(-1)!.body) as Record<string, unknown>
  return { sandbox, daraja: sandbox.daraja, mpesa, inbox, result, pay, sent }
}

/** What a reversal of the payment above wants. */
export const REVERSE = { amount: money('150', 'KES'), remarks: 'Order cancelled' }

/** What stands for keys where no sandbox is asked. The certificate is the sandbox's. */
export const ENV = {
  MPESA_BASE_URL: 'http://127.0.0.1:9',
  MPESA_CONSUMER_KEY: 'key',
  MPESA_CONSUMER_SECRET: 'secret',
  MPESA_SHORTCODE: '174379',
  MPESA_PASSKEY: 'passkey',
  MPESA_INITIATOR_NAME: 'testapi',
  MPESA_INITIATOR_PASSWORD: 'password',
  MPESA_CERTIFICATE: `-----BEGIN CERTIFICATE-----
MIIDXzCCAkegAwIBAgIUL8fafHveS0oMvXNuqRCwziTIDOAwDQYJKoZIhvcNAQEL
BQAwPjEZMBcGA1UECgwQRW1lbnRlY2ggc2FuZGJveDEhMB8GA1UEAwwYZGFyYWph
LnNhbmRib3gubG9jYWxob3N0MCAXDTI2MTEyNjEwNTMyNloYDzIxMjYxMTAyMTA1
MzI2WjA+MRkwFwYDVQQKDBBFbWVudGVjaCBzYW5kYm94MSEwHwYDVQQDDBhkYXJh
amEuc2FuZGJveC5sb2NhbGhvc3QwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK
AoIBAQCmRlr7MrgBkjbkfhQ3wuXILlnkYH2Bd3Hh0bLD/NqdP22kDPNBAQOru48W
cvfZeorrcs/G0a4aqVLZLBw421OoKOgGqerIpXnkCTs8MDqY2h6gfEne0fL9OGQp
Tb9Cu3VeKMuGb3I7DndrmrXW2TpgRiENsrhKAhHFs6ZsU1bv1lY4dcH4WOtwphGQ
T2bCv68upD3REY1SGZSU65KNKpw4/Fau2BLUE+k+YEwbYOMXRilkriaSX9qt8wKY
ZOYlHpWBx0+j3NrRXKX9by/RNPX5lsoLYnRLpMsaA3FYWZhO/Jhvbn4cpIolmRRS
HPQ6sU80gaKsb/c4ZPwseET1j+hZAgMBAAGjUzBRMB0GA1UdDgQWBBSWYO7zDCb5
MqLsVqTygzDOFreTWjAfBgNVHSMEGDAWgBSWYO7zDCb5MqLsVqTygzDOFreTWjAP
BgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQBMc2dYnVz+tOyU4aSL
UjO3t498Ml5fH2tfZBmMTEwhEYAh0vEE/2WHFZ7J1TWfMbeTO89WPEKXhElW23d8
PJY+lKtsu7ui/GYp8ymU7JZJv3k2/SxqqsIICVg+D5CFMopQrEJ0wG1AGmeLh5dn
3R/CNluMbbKvhV5DfTFMZp4MBP7/j+MsaWRVpxcRMTjySyF8n0h8TJywTK/+cfkB
6s27RXIrJmJd6StYsBNy0ZARKUTqGhF40mwN7OHBRCD/438T7sxvnu2WvSahRGZ5
0Sa6m9aZ5DvWnhHmw2+adR+tAEplUjq2Z2C+rp7b1iUgsHTdkwWR7U/k87BULDUc
cSPE
-----END CERTIFICATE-----
`,
}
