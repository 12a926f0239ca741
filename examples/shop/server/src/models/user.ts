import { type Connection, type InferSchemaType, Schema } from 'mongoose'

const userSchema = new Schema({
  name: { type: String, required: true },
  // Stored in lower case: the unique index then holds for every way of writing one address.
  email: { type: String, required: true, lowercase: true, trim: true, unique: true },
  password: { type: String, required: true },
  roles: { type: [String], required: true, default: ['customer'] },
  /** For what is written to them while they are away. */
  language: { type: String, enum: ['en', 'sw'], required: true, default: 'en' },
  createdAt: { type: Date, required: true, default: () => new Date() },
})

export type User = InferSchemaType<typeof userSchema>

export const userModel = (connection: Connection) => connection.model('User', userSchema)
