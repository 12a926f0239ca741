import { hash, type Reader, type Shape, type ValuesOf } from './params.js'
import type { ErrorFields } from './refusal.js'
import type { Work } from './work.js'

/** What the API answers. */
export interface Answer {
  status: number
  body: object
}

/** One thing that the API can be asked. */
export interface Operation {
  method: 'DELETE' | 'GET' | 'POST'
  /** As in `/v1/refunds/:id`. */
  path: string
  read: Reader<unknown>
  /** @throws Refusal before it has changed anything */
  run(work: Work, params: unknown, id: string): Answer
}

/** Creates an operation whose parameters are those `required`, and those `optional`. */
export function operation<R extends Shape, O extends Shape>(
  method: Operation['method'],
  path: string,
  { required, optional }: { required?: R; optional?: O },
  run: (work: Work, params: ValuesOf<R> & Partial<ValuesOf<O>>, id: string) => Answer,
): Operation {
  return {
    method,
    path,
    read: hash(required ?? ({} as R), optional ?? ({} as O)),
    run: run as Operation['run'],
  }
}

/** The answer to what was done. */
export function ok(body: object): Answer {
  return { status: 200, body }
}

/** The answer to a payment that was tried and failed: the attempt itself is kept. */
export function failed(error: ErrorFields): Answer {
  return { status: 402, body: { error } }
}
