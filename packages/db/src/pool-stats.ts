import type { Connection } from 'mongoose'

/** What the driver's pools have done and are doing, all servers of the deployment together. */
export interface PoolStats {
  /** Connections there are. */
  open: number
  /** Of these, how many work for somebody. */
  inUse: number
  /** Operations that wait for a connection. Above 0 for long: the pool is too small or the queries too slow. */
  waiting: number
  created: number
  closed: number
  /** How often a pool threw all its connections away because its server failed. */
  cleared: number
  checkedOut: number
  /** Operations that got no connection, above all because of `waitQueueTimeoutMS`. */
  checkOutFailed: number
}

/** What `stats()` of a connection tells. */
export interface MongoStats {
  state: 'connected' | 'connecting' | 'disconnecting' | 'disconnected'
  pool: PoolStats
}

/** @internal Counts from the pool events of the driver (the CMAP specification). Attach before the pool exists. */
export function countPoolEvents(client: ReturnType<Connection['getClient']>): () => PoolStats {
  let created = 0
  let closed = 0
  let cleared = 0
  let started = 0
  let checkedOut = 0
  let checkedIn = 0
  let checkOutFailed = 0
  client.on('connectionCreated', () => created++)
  client.on('connectionClosed', () => closed++)
  client.on('connectionPoolCleared', () => cleared++)
  client.on('connectionCheckOutStarted', () => started++)
  client.on('connectionCheckedOut', () => checkedOut++)
  client.on('connectionCheckedIn', () => checkedIn++)
  client.on('connectionCheckOutFailed', () => checkOutFailed++)
  return () => ({
    open: created - closed,
    inUse: checkedOut - checkedIn,
    waiting: started - checkedOut - checkOutFailed,
    created,
    closed,
    cleared,
    checkedOut,
    checkOutFailed,
  })
}
