import { type Connection, type InferSchemaType, Schema } from 'mongoose'

/** Money that names no order; the payment itself is with the others. */
const straySchema = new Schema({
  /** The payment's id. */
  _id: { type: String, required: true },
  createdAt: { type: Date, required: true },
})
straySchema.index({ createdAt: -1 })

export type Stray = InferSchemaType<typeof straySchema>

export const strayModel = (connection: Connection) => connection.model('Stray', straySchema)
