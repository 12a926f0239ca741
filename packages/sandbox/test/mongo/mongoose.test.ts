import mongoose, { Schema, type InferSchemaType } from 'mongoose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'

/** The ordinary day of a Mongoose application, on the server that MONGODB_URI names or the embedded one. */
const userSchema = new Schema(
  {
    email: { type: String, required: true, unique: true },
    name: { type: String, index: true },
    visits: { type: Number, default: 0 },
    friends: [{ type: Schema.Types.ObjectId, ref: 'User' }],
    address: { city: String },
  },
  { timestamps: true },
)
type User = InferSchemaType<typeof userSchema>

let mongo: RunningMongo
let connection: mongoose.Connection
let User: mongoose.Model<User>

beforeAll(async () => {
  mongo = await startMongo({ uri: process.env['MONGODB_URI'] })
  connection = await mongoose.createConnection(mongo.uri).asPromise()
  User = connection.model<User>('User', userSchema)
  await User.init()
})
afterAll(async () => {
  await connection?.close()
  await mongo?.close()
})

test('autoIndex makes the indexes of the schema', async () => {
  const indexes = await User.listIndexes()
  expect(indexes.map(({ key }) => Object.keys(key as object)[0]).sort()).toEqual(['_id', 'email', 'name'])
  const diff = await User.diffIndexes()
  expect(diff).toEqual({ toDrop: [], toCreate: [] })
  await User.createIndexes()
})

test('a document is made, found, changed and saved', async () => {
  const ann = await User.create({ email: 'ann@example.com', name: 'Ann', address: { city: 'Nairobi' } })
  expect(ann.createdAt).toBeInstanceOf(Date)
  const found = await User.findById(ann._id)
  found!.name = 'Anna'
  found!.set('address.city', 'Kisumu')
  await found!.save()
  expect(await User.findOne({ name: 'Anna' }).lean()).toMatchObject({
    email: 'ann@example.com',
    address: { city: 'Kisumu' },
    visits: 0,
  })
})

test('a duplicate of a unique field is refused with its key', async () => {
  await User.create({ email: 'twice@example.com' })
  await expect(User.create({ email: 'twice@example.com' })).rejects.toMatchObject({
    code: 11000,
    keyPattern: { email: 1 },
    keyValue: { email: 'twice@example.com' },
  })
})

test('two saves of one version conflict', async () => {
  const { _id } = await User.create({
    email: 'version@example.com',
    friends: [new mongoose.Types.ObjectId()],
  })
  const [one, two] = [await User.findById(_id), await User.findById(_id)]
  one!.friends = [] as never
  await one!.save()
  two!.friends[0] = new mongoose.Types.ObjectId()
  await expect(two!.save()).rejects.toMatchObject({ name: 'VersionError' })
})

test('populate follows references', async () => {
  const bob = await User.create({ email: 'bob@example.com', name: 'Bob' })
  const { _id } = await User.create({ email: 'cy@example.com', friends: [bob._id] })
  const cy = await User.findById(_id).populate<{ friends: User[] }>('friends').lean()
  expect(cy!.friends.map(({ name }) => name)).toEqual(['Bob'])
})

test('findOneAndUpdate upserts with defaults and answers the new document', async () => {
  const options = { upsert: true, returnDocument: 'after', setDefaultsOnInsert: true } as const
  const made = await User.findOneAndUpdate(
    { email: 'up@example.com' },
    { $inc: { visits: 1 } },
    options,
  ).lean()
  const again = await User.findOneAndUpdate(
    { email: 'up@example.com' },
    { $inc: { visits: 1 } },
    options,
  ).lean()
  expect([made!.visits, again!.visits]).toEqual([1, 2])
  expect(again!.createdAt).toEqual(made!.createdAt)
})

test('bulkWrite counts what it did', async () => {
  const result = await User.bulkWrite([
    { insertOne: { document: { email: 'bulk1@example.com' } as never } },
    { updateOne: { filter: { email: 'bulk1@example.com' }, update: { $set: { name: 'Bulk' } } as never } },
    {
      updateOne: { filter: { email: 'bulk2@example.com' }, update: { name: 'Bulk' } as never, upsert: true },
    },
    { deleteOne: { filter: { email: 'nobody@example.com' } } },
  ])
  expect(result).toMatchObject({ insertedCount: 1, modifiedCount: 1, upsertedCount: 1, deletedCount: 0 })
})

test('counts, distinct values and a cursor', async () => {
  await User.insertMany(
    Array.from({ length: 250 }, (_, at) => ({ email: `many${at}@example.com`, name: `many${at % 3}` })),
  )
  const filter = { email: /^many/ }
  expect(await User.countDocuments(filter)).toBe(250)
  expect(await User.estimatedDocumentCount()).toBeGreaterThanOrEqual(250)
  expect((await User.distinct('name', filter)).sort()).toEqual(['many0', 'many1', 'many2'])
  const seen = new Set<string>()
  for await (const { email } of User.find(filter).cursor({ batchSize: 20 })) seen.add(email)
  expect(seen.size).toBe(250)
})

test('deletes and exists', async () => {
  await User.create({ email: 'gone@example.com' })
  expect(await User.exists({ email: 'gone@example.com' })).not.toBeNull()
  expect(await User.deleteOne({ email: 'gone@example.com' })).toMatchObject({ deletedCount: 1 })
  expect(await User.findOneAndDelete({ email: 'gone@example.com' })).toBeNull()
})
