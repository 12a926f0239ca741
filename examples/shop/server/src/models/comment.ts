import { type Connection, type InferSchemaType, Schema } from 'mongoose'

export const commentStatuses = ['pending', 'published', 'removed'] as const
export type CommentStatus = (typeof commentStatuses)[number]

const commentSchema = new Schema({
  productId: { type: String, required: true },
  userId: { type: String, required: true },
  // One press of "Send" is one comment, however often the request is sent.
  idempotencyKey: { type: String, required: true },
  /** As the author was called then. */
  name: { type: String, required: true },
  /** Sanitized before it is stored: safe to be shown as it is. */
  html: { type: String, required: true },
  status: { type: String, enum: commentStatuses, required: true, default: 'pending' },
  createdAt: { type: Date, required: true, default: () => new Date() },
  /** The administrator who decided last. */
  moderatedBy: String,
  moderatedAt: Date,
})
commentSchema.index({ userId: 1, idempotencyKey: 1 }, { unique: true })
commentSchema.index({ productId: 1, status: 1, createdAt: -1 })
commentSchema.index({ status: 1, createdAt: -1 })

export type Comment = InferSchemaType<typeof commentSchema>

export const commentModel = (connection: Connection) => connection.model('Comment', commentSchema)
