/** A refusal of the shop itself; the error handler turns it into an RFC 9457 answer. */
export class ShopError extends Error {
  override readonly name = 'ShopError'
  readonly code: string
  readonly status: number

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}
