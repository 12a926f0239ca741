import { type Connection, type InferSchemaType, Schema } from 'mongoose'

const mailSchema = new Schema({
  /** Names the occasion, such as `receipt:7K2QWE`: one occasion is one mail. */
  _id: { type: String, required: true },
  to: { type: String, required: true },
  subject: { type: String, required: true },
  /** Gone once it is sent: it may hold a link that is as good as a password. */
  text: String,
  html: String,
  tries: { type: Number, required: true, default: 0 },
  /** When it is to be sent, or tried again; while it is being sent, when another may try. Gone when it is over. */
  dueAt: Date,
  /** A mail that is too late to be of use is not sent. */
  uselessAfter: Date,
  endedAt: Date,
  ending: { type: String, enum: ['sent', 'given_up'] },
})
mailSchema.index({ dueAt: 1 }, { sparse: true })
mailSchema.index({ endedAt: 1 }, { expireAfterSeconds: 30 * 24 * 60 * 60 })

export type Mail = InferSchemaType<typeof mailSchema>

export const mailModel = (connection: Connection) => connection.model('Mail', mailSchema)
