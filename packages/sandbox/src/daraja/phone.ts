import { SandboxError } from '../errors.js'
import type { C2b, C2bWish } from './c2b.js'
import type { Context } from './context.js'
import { parseMsisdn } from './formats.js'
import { accountOf, transfer } from './ledger.js'
import { promptText, type Pushes } from './pushes.js'
import { readQr } from './qr-reading.js'
import { limits, merchant } from './settings.js'
import { balanceOf, type Message, type StkTransaction } from './state.js'
import { enrol, openingCents, subscriberOf } from './subscribers.js'

/** What a phone shows when a PIN is wanted. */
export interface Prompt {
  checkoutRequestId: string
  business: string
  /** Whole shillings. */
  amount: number
  accountReference: string
  text: string
  /** Sandbox time at which the prompt goes away. */
  expiresAtMs: number
}

/** A phone as it is now. */
export interface PhoneView {
  msisdn: string
  name: string
  isOn: boolean
  /** Locked by three wrong PINs in a row. */
  isLocked: boolean
  balanceCents: number
  prompt: Prompt | null
  /** The oldest first. */
  messages: Message[]
}

/** A subscriber's phone, to pay with. Everyone's PIN is 1234. */
export interface Phone {
  readonly msisdn: string
  readonly balanceCents: number
  /** SMS from M-PESA, the oldest first. */
  readonly messages: Message[]
  view(): PhoneView
  /**
   * The prompt on the phone, or the next one.
   * @throws SandboxError SANDBOX_NO_PROMPT after `timeoutMs` of real time (default 30 000)
   */
  prompt(options?: { timeoutMs?: number }): Promise<Prompt>
  /** Answers the prompt with a PIN. @throws SandboxError SANDBOX_NO_PROMPT */
  enterPin(pin: string): Promise<void>
  /** Refuses the prompt. @throws SandboxError SANDBOX_NO_PROMPT */
  cancel(): Promise<void>
  turnOn(): Promise<void>
  /** No prompt reaches a phone that is off. */
  turnOff(): Promise<void>
  /** Ends the lock of three wrong PINs, as Safaricom's customer care does. */
  unlock(): Promise<void>
  /**
   * Pays a paybill, or a till, out of the M-PESA menu (C2B). Returns the receipt; validation and confirmation follow.
   * @param wish.pin Default the right one
   * @throws TypeError if the amount is no whole number of shillings
   * @throws SandboxError SANDBOX_PIN_WRONG; three times in a row lock the phone
   */
  pay(wish: { shortcode?: string; amount: number; account?: string; pin?: string }): Promise<string>
  /** Pays what a QR code of this sandbox says: its text, or its picture (PNG). @throws TypeError if it is none */
  scan(code: string | Uint8Array, options?: { pin?: string }): Promise<string>
  /** Puts money, in whole cents, on the account. */
  deposit(cents: number): Promise<void>
}

/** What a phone can set going. */
interface PhoneParts {
  pushes: Pushes
  c2b: C2b
}

/**
 * Creates the phone with this number, written in any of the usual ways.
 *
 * @throws SandboxError SANDBOX_PHONE_INVALID
 */
export function createPhone(context: Context, { pushes, c2b }: PhoneParts, number: string): Phone {
  const { clock, store } = context
  const msisdn = readMsisdn(number)
  const balanceCents = () =>
    store.state.subscribers[msisdn] ? balanceOf(store.state, msisdn) : openingCents(msisdn)

  function open(): StkTransaction | undefined {
    const transaction = pushes.openFor(msisdn)
    return transaction?.hasPrompt && subscriberOf(store.state, transaction.phone).isOn
      ? transaction
      : undefined
  }

  function openOrThrow(): StkTransaction {
    const transaction = open()
    if (transaction) return transaction
    throw new SandboxError('SANDBOX_NO_PROMPT', `No prompt is open on ${msisdn}. Send an STK push first.`, {
      status: 409,
    })
  }

  async function begin({ pin, ...wish }: Omit<C2bWish, 'msisdn'> & { pin?: string }): Promise<string> {
    if (!Number.isSafeInteger(wish.amount) || wish.amount < 1) {
      throw new TypeError(`Cannot pay ${wish.amount}: give whole shillings.`)
    }
    if (pin !== undefined) await checkPin(pin)
    const receipt = c2b.begin({ msisdn, ...wish })
    await store.saved()
    return receipt
  }

  async function checkPin(typed: string): Promise<void> {
    const { pin, wrongPins } = subscriberOf(store.state, msisdn)
    const isLocked = wrongPins >= limits.wrongPins
    if (!isLocked) await change({ wrongPins: typed === pin ? 0 : wrongPins + 1 })
    if (!isLocked && typed === pin) return
    const why = isLocked ? 'M-PESA has locked this account.' : 'This is not the PIN.'
    throw new SandboxError('SANDBOX_PIN_WRONG', why, { status: 403 })
  }

  async function change(fields: { isOn?: boolean; wrongPins?: number }): Promise<void> {
    store.commit(...enrol(store.state, msisdn, clock.now()), {
      type: 'subscriberChanged',
      msisdn,
      ...fields,
    })
    await store.saved()
  }

  return {
    msisdn,
    get balanceCents() {
      return balanceCents()
    },
    get messages() {
      return structuredClone(subscriberOf(store.state, msisdn).messages)
    },
    view() {
      const { name, isOn, wrongPins, messages } = subscriberOf(store.state, msisdn)
      const transaction = open()
      return {
        msisdn,
        name,
        isOn,
        isLocked: wrongPins >= limits.wrongPins,
        balanceCents: balanceCents(),
        prompt: transaction ? promptOf(transaction) : null,
        messages: structuredClone(messages),
      }
    },
    prompt({ timeoutMs = 30_000 } = {}) {
      return new Promise((resolve, reject) => {
        const settle = () => {
          const transaction = open()
          if (!transaction) return
          stop()
          resolve(promptOf(transaction))
        }
        const timer = setTimeout(() => {
          stop()
          reject(
            new SandboxError('SANDBOX_NO_PROMPT', `No prompt came to ${msisdn} in ${timeoutMs} ms.`, {
              status: 404,
            }),
          )
        }, timeoutMs)
        const forget = store.onChange(settle)
        const stop = () => {
          clearTimeout(timer)
          forget()
        }
        settle()
      })
    },
    async enterPin(pin) {
      pushes.enterPin(openOrThrow(), pin)
      await store.saved()
    },
    async cancel() {
      pushes.cancel(openOrThrow())
      await store.saved()
    },
    turnOn: () => change({ isOn: true }),
    turnOff: () => change({ isOn: false }),
    unlock: () => change({ wrongPins: 0 }),
    pay({ shortcode = merchant.shortcode, amount, account = '', ...rest }) {
      return begin({ shortcode, amount, account, isTill: account === '', ...rest })
    },
    async scan(code, options) {
      return begin({ ...readQr(code), ...options })
    },
    async deposit(cents) {
      const atMs = clock.now()
      const entry = transfer({
        atMs,
        from: accountOf.opening,
        to: accountOf.subscriber(msisdn),
        cents,
        reference: 'DEPOSIT',
        text: `Deposit of ${msisdn}`,
      })
      store.commit(...enrol(store.state, msisdn, atMs), { type: 'posted', entry })
      await store.saved()
    },
  }
}

function readMsisdn(number: string): string {
  const msisdn = parseMsisdn(number)
  if (msisdn) return msisdn
  throw new SandboxError('SANDBOX_PHONE_INVALID', `"${number}" is no Safaricom number. Write 0712345678.`, {
    status: 400,
  })
}

function promptOf(transaction: StkTransaction): Prompt {
  const { checkoutRequestId, amount, accountReference, endsAtMs } = transaction
  return {
    checkoutRequestId,
    business: merchant.name,
    amount,
    accountReference,
    text: promptText(transaction),
    expiresAtMs: endsAtMs,
  }
}
