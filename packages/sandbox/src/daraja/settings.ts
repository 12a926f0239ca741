import type { OperationName } from './operations.js'

/** Where the sources disagree about Daraja, or it has changed, the choice is yours. */
export interface DarajaOptions {
  /**
   * How a query answers while the person has not: `4999` is a 200 with ResultCode "4999" (seen since late 2025),
   * `500.001.1001` the refusal "The transaction is being processed" that was sent before.
   * @default '4999'
   */
  pendingAnswer?: '4999' | '500.001.1001'
  /**
   * The ResultCode of a prompt that nobody answered: 1037 "No response from user." or 1019 "Transaction has expired".
   * @default 1037
   */
  unansweredResult?: 1037 | 1019
  /** Whether a new token ends the one before, as the portal's FAQ says. @default true */
  newTokenRevokesOld?: boolean
  /** Requests let through per period of sandbox time. @default { stkQuery: { requests: 5, perMs: 60_000 } } */
  spikeArrest?: Partial<Record<OperationName, { requests: number; perMs: number } | undefined>>
  /** Delay of a callback after the end of its push, in sandbox time. @default { minMs: 300, maxMs: 2000 } */
  callbackDelay?: { minMs: number; maxMs: number }
  /** Whether B2C v3 is open to the application; if not, it is refused with 403.002.1001 and v1 works. @default true */
  b2cV3?: boolean
  /** Whether the merchant has external validation of C2B payments: on request only, in production. @default true */
  externalValidation?: boolean
  /** How long a validation may take, in real time. @default 8000 */
  validationTimeoutMs?: number
  /** Whether C2B URLs can be registered once only, as in production. @default false */
  registerOnce?: boolean
}

/** `DarajaOptions` with the defaults filled in. */
export type DarajaSettings = Required<DarajaOptions>

/** Fills in the defaults. */
export function darajaSettings({
  pendingAnswer = '4999',
  unansweredResult = 1037,
  newTokenRevokesOld = true,
  // What users of Safaricom's own sandbox report for queries; Safaricom publishes no figure.
  spikeArrest = { stkQuery: { requests: 5, perMs: 60_000 } },
  callbackDelay = { minMs: 300, maxMs: 2000 },
  b2cV3 = true,
  externalValidation = true,
  validationTimeoutMs = 8000,
  registerOnce = false,
}: DarajaOptions = {}): DarajaSettings {
  return {
    ...{ pendingAnswer, unansweredResult, newTokenRevokesOld, spikeArrest, callbackDelay },
    ...{ b2cV3, externalValidation, validationTimeoutMs, registerOnce },
  }
}

/** The keys of `DarajaOptions`. */
export const darajaOptionNames = [
  'pendingAnswer',
  'unansweredResult',
  'newTokenRevokesOld',
  'spikeArrest',
  'callbackDelay',
  'b2cV3',
  'externalValidation',
  'validationTimeoutMs',
  'registerOnce',
] as const satisfies Array<keyof DarajaOptions>

/** Safaricom's public test merchant, and the keys of the one application of this sandbox. */
export const merchant = {
  consumerKey: 'ementech-sandbox-consumer-key',
  consumerSecret: 'ementech-sandbox-consumer-secret',
  shortcode: '174379',
  passkey: 'bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919',
  name: 'Sandbox Shop',
}

/** The API user of that merchant; name and password are those of Safaricom's own sandbox. */
export const initiator = { name: 'testapi', password: 'Safaricom999!*!' }

/** Figures of M-PESA that an STK push meets. Sources in the README. */
export const limits = {
  /** Life of a token; Daraja says "3599". */
  tokenMs: 3_600_000,
  /** How long a prompt stands on the phone. */
  promptMs: 60_000,
  /** How long M-PESA looks for a phone that is off. */
  unreachableMs: 15_000,
  /** How long a push takes that fails before any prompt. */
  failureMs: 1_000,
  /** The text of a prompt, in characters. */
  promptCharacters: 182,
  /** Whole shillings in one transaction, and paid by one person in one day. */
  transactionKsh: 250_000,
  dailyKsh: 500_000,
  /** The same person paying the same amount to the same business again is refused for so long. */
  repeatMs: 120_000,
  wrongPins: 3,
  /** Wrong passwords of the initiator in a row that lock it. Safaricom publishes no figure. */
  wrongCredentials: 3,
  /** How long M-PESA takes for an asynchronous request. */
  executionMs: 1_000,
  /** The least that can be sent to a customer, and the most that one may hold, in shillings. */
  payoutMinimumKsh: 10,
  holdingKsh: 500_000,
}
