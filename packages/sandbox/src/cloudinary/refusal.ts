/** A request that Cloudinary does not carry out: thrown before anything has changed. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Creates the refusal of a request that makes no sense. */
export function invalid(message: string): Refusal {
  return new Refusal(400, message)
}

/** Creates the refusal of what Cloudinary can do and the sandbox cannot: said as such, never answered wrongly. */
export function notInSandbox(what: string): Refusal {
  return new Refusal(400, `Not in the sandbox: ${what}`)
}

/** Creates the refusal of an id that names nothing. */
export function resourceNotFound(publicId: string): Refusal {
  return new Refusal(404, `Resource not found - ${publicId}`)
}

/** Creates the refusal of a request that lacks a parameter. */
export function missing(name: string): Refusal {
  return invalid(`Missing required parameter - ${name}`)
}
