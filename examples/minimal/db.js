import { createServer } from 'node:http'
import { connectMongo } from '@ementech/db'
import { createShutdown } from '@ementech/db/shutdown'
import { startMongo } from '@ementech/sandbox/mongo'

// A MongoDB for this example: yours if MONGODB_URI is set, else one for as long as it runs.
const sandbox = await startMongo({ uri: process.env.MONGODB_URI })

const mongo = await connectMongo(sandbox.uri, { dbName: 'ementech-example', logger: console })
const orders = mongo.connection.collection('orders')
await orders.insertOne({ item: 'maize flour', quantity: 2 })

const server = createServer(async (req, res) => {
  res.end(JSON.stringify(await orders.findOne({ item: 'maize flour' })))
})
const shutdown = createShutdown({
  server,
  readinessDelayMs: 0,
  steps: { mongo: mongo.close, sandbox: sandbox.close },
  logger: console,
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))

const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
console.log(await (await fetch(`http://127.0.0.1:${port}`)).json())
await mongo.check()
console.log(mongo.stats().state)
await shutdown.run('the example is over') // in real life: SIGTERM
