export type { MongoCollection } from './mongo/collection.js'
export { mongoInbox, type MongoInbox, type MongoInboxOptions } from './mongo/inbox.js'
export { mongoPaymentStore, type MongoPaymentStore } from './mongo/payment-store.js'
export { mongoTokenStore, type MongoTokenStoreOptions } from './mongo/token-store.js'
