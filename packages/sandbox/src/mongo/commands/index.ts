import { aggregate } from './aggregate.js'
import { create, drop, dropDatabase, listCollections, listDatabases } from './collections.js'
import type { Command } from './command.js'
import { count, distinct } from './count.js'
import { getMore, killCursors } from './cursors.js'
import { deleteCommand } from './delete.js'
import { findAndModify } from './find-and-modify.js'
import { find } from './find.js'
import { buildInfo, connectionStatus, hello, isMaster, ping } from './hello.js'
import { createIndexes, dropIndexes, listIndexes } from './indexes.js'
import { insert } from './insert.js'
import { endSessions, refuseTransaction } from './sessions.js'
import { update } from './update.js'

/** Every command that this server has, by its name on the wire. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  hello,
  isMaster,
  ismaster: isMaster,
  ping,
  buildInfo,
  buildinfo: buildInfo,
  connectionStatus,
  endSessions,
  commitTransaction: refuseTransaction,
  abortTransaction: refuseTransaction,
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  createIndexes,
  listIndexes,
  dropIndexes,
  insert,
  find,
  getMore,
  killCursors,
  update,
  delete: deleteCommand,
  findAndModify,
  findandmodify: findAndModify,
  aggregate,
  count,
  distinct,
}
