import type { MongoClient } from 'mongodb'
import { mongoInbox } from '../mongo/inbox.js'
import { mongoPaymentStore } from '../mongo/payment-store.js'
import type { Inbox, PaymentStore } from '../store.js'

/** The stores in a database, and the way to let go of it. */
export interface ConnectedStores {
  store: PaymentStore
  inbox: Inbox
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 5_000

/**
 * Connects the driver, which only this tool needs. Throws `TypeError` if it is not installed, the address is none or
 * the collections are not there; whatever the driver throws if the server cannot be reached within five seconds.
 */
export async function connectStores(
  uri: string,
  names: { payments: string; inbox: string },
): Promise<ConnectedStores> {
  const client = await createClient(uri)
  try {
    await assertCollections(client, [names.payments, names.inbox])
  } catch (error) {
    await client.close()
    throw error
  }
  const db = client.db()
  return {
    store: mongoPaymentStore(db.collection(names.payments)),
    inbox: mongoInbox(db.collection(names.inbox)),
    close: () => client.close(),
  }
}

/** A wrong name would look like an empty list. */
async function assertCollections(client: MongoClient, names: readonly string[]): Promise<void> {
  const db = client.db()
  const found = await db.listCollections({}, { nameOnly: true }).toArray()
  for (const name of names) {
    if (found.some((collection) => collection.name === name)) continue
    throw new TypeError(
      `there is no collection "${name}" in the database "${db.databaseName}"; see --payments, --inbox and --uri`,
    )
  }
}

async function createClient(uri: string): Promise<MongoClient> {
  const { MongoClient } = await import('mongodb').catch((cause: unknown) => {
    const message = 'the package "mongodb" is not there, and this tool needs it: npm install mongodb'
    throw new TypeError(message, { cause })
  })
  try {
    // A person waits; what the address itself says goes first.
    const isGiven = /serverSelectionTimeoutMS=/i.test(uri)
    return new MongoClient(uri, isGiven ? {} : { serverSelectionTimeoutMS: CONNECT_TIMEOUT_MS })
  } catch (cause) {
    // Not the driver's words: they may quote the address, and with it the password.
    throw new TypeError('this is no MongoDB address; it is to be mongodb://host/database', { cause })
  }
}
