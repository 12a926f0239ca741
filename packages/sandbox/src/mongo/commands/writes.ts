import { document, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { Request } from './command.js'

/** MongoDB's limit on the statements of one write command. */
const MAX_BATCH = 100_000

/**
 * Runs the statements of a write command one after the other; an ordered command stops at the first that fails.
 * Returns the reply's `writeErrors`, or `undefined` if there are none.
 */
export function runWrites<T>(
  request: Request,
  statements: readonly T[],
  run: (statement: T, index: number) => void,
): Value[] | undefined {
  if (statements.length === 0 || statements.length > MAX_BATCH) {
    throw new CommandError(
      'InvalidLength',
      `Write batch sizes must be between 1 and ${MAX_BATCH}. Got ${statements.length} operations.`,
    )
  }
  const isOrdered = request.flag('ordered', true)
  const errors: Doc[] = []
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index)
    } catch (err) {
      // Out of time is the command's failure, not the statement's.
      if (!(err instanceof CommandError) || err.codeName === 'MaxTimeMSExpired') throw err
      errors.push(writeError(index, err))
      if (isOrdered) break
    }
  }
  return errors.length > 0 ? errors : undefined
}

function writeError(index: number, { code, details, message }: CommandError): Doc {
  return new Map([...document({ index, code }), ...details, ['errmsg', message]])
}
