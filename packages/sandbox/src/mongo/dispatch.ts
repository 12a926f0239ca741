import { isDoc, isNumeric, isTruthy, toNumber, typeName, type Doc, type Value } from './bson/value.js'
import { Request, type Command, type Reply, type ServerState } from './commands/command.js'
import { COMMANDS } from './commands/index.js'
import { noTransactions } from './commands/sessions.js'
import { CommandError, FatalError } from './errors.js'
import { assertDatabaseName } from './storage/catalog.js'

/** The fields that every command may have. */
const COMMON_FIELDS = new Set([
  '$db',
  'lsid',
  '$readPreference',
  '$clusterTime',
  'comment',
  'maxTimeMS',
  'readConcern',
  'writeConcern',
  'apiVersion',
  'apiDeprecationErrors',
])

/** Runs the command in `body` and gives the reply's body; a refusal is a reply as well. Rejects only with a `FatalError`. */
export async function dispatch(state: ServerState, body: Doc, connectionId: number): Promise<Reply> {
  try {
    const [name = ''] = body.keys()
    const command = findCommand(name)
    refuseTransactions(body)
    assertKnownFields(name, command, body)
    assertReadConcern(body.get('readConcern'))
    const concern = parseWriteConcern(body.get('writeConcern'), command)
    const request = new Request(name, databaseOf(body), body, state, connectionId)
    const reply = runAndWrite(command, request)
    if (command.writes && concern.needsSync) await state.catalog.journal.sync()
    return reply
  } catch (err) {
    if (err instanceof CommandError) return err.toReply()
    if (err instanceof FatalError) throw err
    return new CommandError('InternalError', err instanceof Error ? `${err.stack}` : String(err)).toReply()
  }
}

/** Whatever a command changed is handed to the operating system before it is answered, also if it failed half-way. */
function runAndWrite(command: Command, request: Request): Reply {
  try {
    return command.run(request)
  } finally {
    if (command.writes) request.state.catalog.journal.write()
  }
}

function findCommand(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command) return command
  throw new CommandError('CommandNotFound', `no such command: '${name}'`)
}

function databaseOf(body: Doc): string {
  const db = body.get('$db')
  if (typeof db !== 'string') throw new CommandError(40571, 'OP_MSG requests require a $db argument')
  assertDatabaseName(db)
  return db
}

/** A standalone server has no transactions, and so takes no transaction numbers (retryable writes neither). */
function refuseTransactions(body: Doc): void {
  if (body.has('txnNumber') || body.has('startTransaction') || body.has('autocommit')) throw noTransactions()
}

function assertKnownFields(name: string, command: Command, body: Doc): void {
  for (const field of body.keys()) {
    if (field === name || COMMON_FIELDS.has(field) || command.fields.includes(field)) continue
    throw new CommandError('IDLUnknownField', `BSON field '${name}.${field}' is an unknown field.`)
  }
  const version = body.get('apiVersion')
  if (version !== undefined && version !== '1') {
    throw new CommandError('APIVersionError', `Provided apiVersion:${String(version)} is not supported`)
  }
}

/** One server has nothing that is not committed by its majority: local, available and majority are the same. */
function assertReadConcern(concern: Value | undefined): void {
  if (concern === undefined) return
  if (!isDoc(concern)) {
    throw new CommandError(
      'TypeMismatch',
      `"readConcern" had the wrong type. Expected object, found ${typeName(concern)}`,
    )
  }
  for (const [name, value] of concern) {
    if (name !== 'level') {
      throw new CommandError(
        'NotAReplicaSet',
        `node needs to be a replica set member to use readConcern: ${name}`,
      )
    }
    if (value === 'linearizable' || value === 'snapshot') {
      throw new CommandError(
        'NotAReplicaSet',
        `node needs to be a replica set member to use read concern ${value}`,
      )
    }
    if (!['local', 'available', 'majority'].includes(String(value))) {
      throw new CommandError(
        'FailedToParse',
        `readConcern.level must be either 'local', 'majority', 'linearizable', 'available', or 'snapshot'`,
      )
    }
  }
}

/** Whether a write is acknowledged only once it is on the disk: for `j: true` and for a majority. */
function parseWriteConcern(concern: Value | undefined, command: Command): { needsSync: boolean } {
  if (concern === undefined) return { needsSync: false }
  if (!command.writes) throw new CommandError('InvalidOptions', 'Command does not support writeConcern')
  if (!isDoc(concern)) {
    throw new CommandError(
      'TypeMismatch',
      `"writeConcern" had the wrong type. Expected object, found ${typeName(concern)}`,
    )
  }
  for (const name of concern.keys()) {
    if (!['w', 'j', 'wtimeout', 'fsync', 'provenance'].includes(name)) {
      throw new CommandError('IDLUnknownField', `BSON field 'writeConcern.${name}' is an unknown field.`)
    }
  }
  const w = concern.get('w') ?? 1
  const j = concern.get('j')
  if (j !== undefined && typeof j !== 'boolean' && !isNumeric(j)) {
    throw new CommandError('FailedToParse', 'j must be numeric or a boolean value')
  }
  const timeout = concern.get('wtimeout')
  if (timeout !== undefined && !isNumeric(timeout)) {
    throw new CommandError('FailedToParse', 'wtimeout must be a number')
  }
  if (isNumeric(w)) {
    const nodes = toNumber(w)
    if (!Number.isInteger(nodes) || nodes < 0 || nodes > 50) {
      throw new CommandError('FailedToParse', 'w has to be a non-negative number and not greater than 50')
    }
    if (nodes > 1) throw new CommandError('BadValue', "cannot use 'w' > 1 when a host is not replicated")
    if (nodes === 0 && isTruthy(j)) throw new CommandError('FailedToParse', 'cannot have j:true with w:0')
  } else if (w !== 'majority') {
    throw new CommandError(
      'BadValue',
      `cannot use non-majority 'w' mode ${String(w)} when a host is not a member of a replica set`,
    )
  }
  return { needsSync: w === 'majority' || isTruthy(j) || isTruthy(concern.get('fsync')) }
}
