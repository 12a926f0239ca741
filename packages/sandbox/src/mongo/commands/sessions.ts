import { document } from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { Command } from './command.js'

/** `endSessions`: sessions hold nothing here, so there is nothing to end. */
export const endSessions: Command = { fields: [], run: () => document({ ok: 1 }) }

/** `commitTransaction` and `abortTransaction`: a standalone server has no transactions. */
export const refuseTransaction: Command = {
  fields: ['recoveryToken'],
  run() {
    throw noTransactions()
  },
}

/** What a standalone MongoDB answers to a transaction number. */
export function noTransactions(): CommandError {
  return new CommandError(
    'IllegalOperation',
    'Transaction numbers are only allowed on a replica set member or mongos',
  )
}
