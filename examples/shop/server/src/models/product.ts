import { type Connection, type InferSchemaType, Schema } from 'mongoose'

const productSchema = new Schema({
  slug: { type: String, required: true, unique: true },
  name: { type: String, required: true },
  description: { type: String, required: true },
  category: { type: String, required: true, index: true },
  price: {
    minor: { type: Number, required: true },
    currency: { type: String, required: true },
  },
  picture: { type: String, required: true },
  position: { type: Number, required: true, index: true },
  /** How many are free to be bought; what is reserved is taken off already. */
  stock: { type: Number, required: true, default: 0 },
  /** What is held for orders that are not paid yet. In the product, so that count and note change in one step. */
  reservations: [
    {
      _id: false,
      /** Names one hold: an order that was released and is held anew has another. */
      hold: { type: String, required: true },
      orderId: { type: String, required: true },
      quantity: { type: Number, required: true },
      at: { type: Date, required: true },
    },
  ],
})
productSchema.index({ 'reservations.at': 1 }, { sparse: true })

export type Product = InferSchemaType<typeof productSchema>

export const productModel = (connection: Connection) => connection.model('Product', productSchema)
