import { constants, publicEncrypt } from 'node:crypto'
import type { Sandbox } from '../src/index.js'
import { clientOf, john, merchantServer, sandboxFor, type Received } from './support.js'
import type { SandboxOptions } from '../src/index.js'

export interface ResultBody {
  Result: Record<string, unknown> & {
    ResultParameters?: { ResultParameter: Array<{ Key: string; Value?: unknown }> }
  }
}

/** What an application does to send and reverse money, with nothing but `env`, node:crypto and fetch. */
export function initiatorOf(sandbox: Sandbox, callbacksUrl: string) {
  const { env } = sandbox
  const client = clientOf(sandbox)
  const encrypted = (password: string) =>
    publicEncrypt(
      { key: env.MPESA_CERTIFICATE, padding: constants.RSA_PKCS1_PADDING },
      Buffer.from(password),
    ).toString('base64')
  const common = {
    SecurityCredential: encrypted(env.MPESA_INITIATOR_PASSWORD),
    ResultURL: `${callbacksUrl}/result`,
    QueueTimeOutURL: `${callbacksUrl}/timeout`,
    Remarks: 'Test',
  }
  return {
    client,
    encrypted,
    reverse: (fields: Record<string, unknown>) =>
      client.post('/mpesa/reversal/v1/request', {
        ...common,
        Initiator: env.MPESA_INITIATOR_NAME,
        CommandID: 'TransactionReversal',
        ReceiverParty: env.MPESA_SHORTCODE,
        RecieverIdentifierType: '11',
        ...fields,
      }),
    status: (fields: Record<string, unknown>) =>
      client.post('/mpesa/transactionstatus/v1/query', {
        ...common,
        Initiator: env.MPESA_INITIATOR_NAME,
        CommandID: 'TransactionStatusQuery',
        PartyA: env.MPESA_SHORTCODE,
        IdentifierType: '4',
        ...fields,
      }),
    balance: (fields: Record<string, unknown>) =>
      client.post('/mpesa/accountbalance/v1/query', {
        ...common,
        Initiator: env.MPESA_INITIATOR_NAME,
        CommandID: 'AccountBalance',
        PartyA: env.MPESA_SHORTCODE,
        IdentifierType: '4',
        ...fields,
      }),
    b2c: (fields: Record<string, unknown>, version = 'v3') =>
      client.post(`/mpesa/b2c/${version}/paymentrequest`, {
        ...common,
        InitiatorName: env.MPESA_INITIATOR_NAME,
        CommandID: 'BusinessPayment',
        Amount: '10',
        PartyA: env.MPESA_SHORTCODE,
        PartyB: john,
        Occassion: 'ChristmasPay',
        ...fields,
      }),
    register: (fields: Record<string, unknown>, version = 'v2') =>
      client.post(`/mpesa/c2b/${version}/registerurl`, {
        ShortCode: env.MPESA_SHORTCODE,
        ResponseType: 'Completed',
        ConfirmationURL: `${callbacksUrl}/confirmation`,
        ValidationURL: `${callbacksUrl}/validation`,
        ...fields,
      }),
    simulate: (fields: Record<string, unknown>, version = 'v2') =>
      client.post(`/mpesa/c2b/${version}/simulate`, {
        ShortCode: Number(env.MPESA_SHORTCODE),
        CommandID: 'CustomerPayBillOnline',
        Amount: 5,
        Msisdn: Number(john),
        BillRefNumber: 'ORDER-9',
        ...fields,
      }),
    qr: (fields: Record<string, unknown>) =>
      client.post('/mpesa/qrcode/v1/generate', {
        MerchantName: 'Sandbox Shop',
        RefNo: 'ORDER-9',
        Amount: 5,
        TrxCode: 'PB',
        CPI: env.MPESA_SHORTCODE,
        Size: '300',
        ...fields,
      }),
  }
}

/** A sandbox, an application, and a payment that was made. */
export async function paidShop(options: SandboxOptions = {}) {
  const sandbox = await sandboxFor(options)
  const shop = await merchantServer()
  const initiator = initiatorOf(sandbox, shop.url)
  const pay = async (Amount = 100) => {
    await initiator.client.push({ CallBackURL: `${shop.url}/stk`, Amount })
    await sandbox.daraja.phone(john).enterPin('1234')
    await sandbox.clock.advance(200_000)
    shop.received.length = 0
    return sandbox.daraja.transactions().at(-1)?.result?.receipt ?? ''
  }
  const receipt = await pay()
  const results = () => shop.received as unknown as Array<Received & { body: ResultBody }>
  /** What has come after a while, and its parameters by name. */
  const outcome = async () => {
    await sandbox.clock.advance(60_000)
    const last = results().at(-1)
    const { Result } = last?.body ?? { Result: {} as ResultBody['Result'] }
    const parameters = Result.ResultParameters?.ResultParameter ?? []
    return {
      path: last?.path,
      Result,
      parameters: Object.fromEntries(parameters.map(({ Key, Value }) => [Key, Value])),
    }
  }
  return { sandbox, shop, receipt, pay, results, outcome, ...initiator }
}
