import mongoose from 'mongoose'
import { startMongo } from '@ementech/sandbox/mongo'

const mongo = await startMongo() // MONGODB_URI for your application: mongo.uri
await mongoose.connect(mongo.uri)

const Order = mongoose.model(
  'Order',
  new mongoose.Schema({ number: { type: String, unique: true }, total: Number }),
)
await Order.init() // waits for the unique index

await Order.create([
  { number: 'A-1', total: 1250 },
  { number: 'A-2', total: 300 },
])
const duplicate = await Order.create({ number: 'A-1' }).catch((err) => err.message)
const [sum] = await Order.aggregate([{ $group: { _id: null, total: { $sum: '$total' } } }])

console.log(duplicate) // E11000 duplicate key error collection: test.orders index: number_1 dup key: { number: "A-1" }
console.log(sum.total) // 1550
await mongoose.disconnect()
await mongo.close()
