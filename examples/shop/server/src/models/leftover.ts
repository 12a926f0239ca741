import { type Connection, Schema } from 'mongoose'

const leftoverSchema = new Schema({
  /** The key of a picture that may belong to nobody. */
  _id: { type: String, required: true },
  /** From when on it is removed, unless a product has it. */
  dueAt: { type: Date, required: true, index: true },
})

export const leftoverModel = (connection: Connection) => connection.model('Leftover', leftoverSchema)
