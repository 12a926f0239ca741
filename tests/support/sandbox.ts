import { call, until } from './shop.js'

interface Push {
  phone: string
  callbackUrl: string
  merchantRequestId: string
  checkoutRequestId: string
  result?: { receipt?: string }
}

interface Charge {
  paid: boolean
  amount: number
  amount_refunded: number
  payment_intent: string
}

/** The other side of the sandbox at a URL: payers, their phones and cards, the providers' books, the mailbox. */
export function sandboxAt(url: string) {
  const ask = (method: string, path: string, body?: object) => call(url, method, `/_sandbox${path}`, body)
  const list = async <T>(path: string) => (await ask('GET', path)) as unknown as T[]

  return {
    promptOn,

    async enterPin(phone: string, pin = '1234') {
      await promptOn(phone)
      await ask('POST', `/phones/${phone}/pin`, { pin })
    },

    async cancel(phone: string) {
      await promptOn(phone)
      await ask('POST', `/phones/${phone}/cancel`)
    },

    /** Something of M-Pesa goes wrong. */
    async fault(order: object) {
      await ask('POST', '/faults', order)
    },

    /** Somebody reports the last prompt of a phone as paid, with an amount of their own. */
    async report(phone: string, amount: number) {
      const { callbackUrl, merchantRequestId, checkoutRequestId } = await lastPush(phone)
      const ids = { MerchantRequestID: merchantRequestId, CheckoutRequestID: checkoutRequestId }
      const Item = [
        { Name: 'Amount', Value: amount },
        { Name: 'MpesaReceiptNumber', Value: 'UKQ1AB2CD3' },
      ]
      const result = { ResultCode: 0, ResultDesc: 'ok', CallbackMetadata: { Item } }
      const { origin, pathname } = new URL(callbackUrl)
      await call(origin, 'POST', pathname, { Body: { stkCallback: { ...ids, ...result } } })
    },

    /** Somebody reports this receipt as money that came by "Pay Bill". */
    async confirm(TransID: string, { account, amount }: { account: string; amount: string }) {
      const requests = await list<{ operation: string; body: string }>('/requests')
      const { body } = requests.find(({ operation }) => operation === 'c2bRegister')!
      const { origin, pathname } = new URL((JSON.parse(body) as { ConfirmationURL: string }).ConfirmationURL)
      await call(origin, 'POST', pathname, {
        ...{ TransactionType: 'Pay Bill', TransID, TransTime: '20261126120000', TransAmount: amount },
        ...{
          BusinessShortCode: '174379',
          BillRefNumber: account,
          MSISDN: '2547 ***** 003',
          FirstName: 'JANE',
        },
      })
    },

    /** What M-Pesa itself calls the last payment by a prompt of this phone. */
    async receipt(phone: string): Promise<string> {
      return (await lastPush(phone)).result!.receipt!
    },

    /** Time passes for M-Pesa and its phones. */
    async advance(ms: number) {
      await ask('POST', '/clock/advance', { ms })
    },

    /** Every reversal that M-Pesa has taken on. */
    reversals: async () =>
      (await list<{ operation: string }>('/jobs')).filter(({ operation }) => operation === 'reversal'),

    /** What a phone has, in cents. */
    async balance(phone: string): Promise<number> {
      return (await ask('GET', `/phones/${phone}`)).balanceCents as number
    },

    /** Amounts, in cents, that left this phone by the ledger; all of them went to the merchant. */
    async received(phone: string): Promise<number[]> {
      const { entries } = await ask('GET', '/ledger')
      return (entries as { lines: { account: string; cents: number }[] }[])
        .flatMap(({ lines }) => lines)
        .filter(({ account, cents }) => account === `subscriber:${phone}` && cents < 0)
        .map(({ cents }) => -cents)
    },

    /** Pays on the page that the shop has sent the payer to. */
    async payByCard(pageUrl: string) {
      const id = new URL(pageUrl).pathname.split('/').at(-1)!
      await ask('POST', `/stripe/sessions/${id}/pay`, {})
    },

    /** Stripe does what it is asked next, and answers so much later. */
    async answerLate(on: string, ms: number) {
      await ask('POST', '/stripe/faults', { fault: 'slowAnswer', on, ms })
    },

    /** What was taken from cards for an order and given back, in minor units, charge by charge. */
    async charged(order: string): Promise<{ taken: number; back: number }[]> {
      const intents = await list<{ id: string; description: string | null }>('/stripe/payment_intents')
      const ids = intents.filter(({ description }) => description?.includes(order)).map(({ id }) => id)
      const charges = await list<Charge>('/stripe/charges')
      return charges
        .filter(({ paid, payment_intent }) => paid && ids.includes(payment_intent))
        .map(({ amount, amount_refunded }) => ({ taken: amount, back: amount_refunded }))
    },

    /** The text of the newest mail to an address, once there is one. */
    async letter(address: string): Promise<string> {
      return until(`a mail to ${address}`, async () => {
        const found = await list<{ text: string }>(`/mail?to=${encodeURIComponent(address)}`)
        return found.at(0)?.text
      })
    },

    /** Subjects of the mails to an address, once there are so many. One that was sent twice has one Message-ID: one mail. */
    async mails(address: string, atLeast = 1): Promise<string[]> {
      return until(`${atLeast} mails to ${address}`, async () => {
        const found = await list<{ messageId: string; subject: string }>(
          `/mail?to=${encodeURIComponent(address)}`,
        )
        const subjects = [...new Map(found.map((mail) => [mail.messageId, mail.subject])).values()]
        return subjects.length >= atLeast && subjects.sort()
      })
    },
  }

  async function lastPush(phone: string): Promise<Push> {
    return (await list<Push>('/transactions')).findLast((push) => push.phone === phone)!
  }

  async function promptOn(phone: string) {
    return until(`a prompt on ${phone}`, async () => (await ask('GET', `/phones/${phone}`)).prompt)
  }
}
