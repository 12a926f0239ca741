import { document } from '../bson/value.js'
import type { Command, Request } from './command.js'

/** MongoDB 7.0, the version whose behaviour this server follows. */
export const VERSION = '7.0.0'
const WIRE_VERSION = 21

const FIELDS = [
  'client',
  'compression',
  'backpressure',
  'helloOk',
  'saslSupportedMechs',
  'speculativeAuthenticate',
  'loadBalanced',
  'topologyVersion',
  'maxAwaitTimeMS',
  'hostInfo',
  'internalClient',
]

/** `hello`: a standalone server, so a driver knows that there are no transactions and no change streams. */
export const hello: Command = { fields: FIELDS, run: (request) => handshake(request, 'isWritablePrimary') }

/** `isMaster` and `ismaster`, by their old name. */
export const isMaster: Command = { fields: FIELDS, run: (request) => handshake(request, 'ismaster') }

/** `ping`. */
export const ping: Command = { fields: [], run: () => document({ ok: 1 }) }

/** `buildInfo`, which shells and migration tools ask for. */
export const buildInfo: Command = {
  fields: [],
  run: () =>
    document({
      version: VERSION,
      versionArray: [...VERSION.split('.').map(Number), 0],
      gitVersion: 'embedded',
      modules: ['ementech-sandbox'],
      bits: 64,
      debug: false,
      maxBsonObjectSize: 16 * 1024 * 1024,
      ok: 1,
    }),
}

/** `connectionStatus`: nobody is logged in, for there are no users. */
export const connectionStatus: Command = {
  fields: ['showPrivileges'],
  run: () =>
    document({
      authInfo: document({ authenticatedUsers: [], authenticatedUserRoles: [] }),
      ok: 1,
    }),
}

function handshake({ connectionId }: Request, writable: string) {
  return document({
    helloOk: true,
    [writable]: true,
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId,
    minWireVersion: 0,
    maxWireVersion: WIRE_VERSION,
    readOnly: false,
    ok: 1,
  })
}
