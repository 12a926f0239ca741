/** What is called back: the outcome of a prompt, a result, a timeout, and the two of C2B. */
export type MpesaCallbackKind = 'stk' | 'result' | 'timeout' | 'confirmation' | 'validation'

/** A callback to a URL of ours. Whether it is true is for you to ask (`stkQuery`, `transactionStatus`). */
export interface MpesaCallback<Body> {
  /** Equal for duplicates, different for everything else. */
  readonly id: string
  /** What the URL was made for. */
  readonly reference: string
  readonly body: Body
  /** The exact bytes. */
  readonly raw: Uint8Array
}
