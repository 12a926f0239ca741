import { type Connection, type InferSchemaType, Schema } from 'mongoose'

const questionSchema = new Schema({
  /** Made of the press of the button that asked it: pressed twice, it is asked once. */
  _id: { type: String, required: true },
  about: { type: String, enum: ['balance', 'transaction'], required: true },
  /** Of the transaction that is asked about. */
  receipt: String,
  askedBy: { type: String, required: true },
  askedAt: { type: Date, required: true, default: () => new Date() },
  state: { type: String, enum: ['waiting', 'answered', 'failed'], required: true, default: 'waiting' },
  /** Daraja's name of the question. */
  conversationId: String,
  /** Why there is no answer, for people. */
  problem: String,
  answer: Schema.Types.Mixed,
})
questionSchema.index({ askedAt: 1 }, { expireAfterSeconds: 30 * 24 * 60 * 60 })

export type Question = InferSchemaType<typeof questionSchema>

export const questionModel = (connection: Connection) => connection.model('Question', questionSchema)
