export { connectMongo, type ConnectMongoOptions, type Mongo } from './connect-mongo.js'
export type { MongoStats, PoolStats } from './pool-stats.js'
export { DbError, type DbErrorCode } from './errors.js'
export type { Logger } from './logger.js'
