import { type Connection, type InferSchemaType, Schema } from 'mongoose'

const productSchema = new Schema({
  slug: { type: String, required: true, unique: true },
  name: { type: String, required: true },
  description: { type: String, required: true },
  category: { type: String, required: true },
  price: {
    minor: { type: Number, required: true },
    currency: { type: String, required: true },
  },
  /** The drawing that it is shown with while nobody has taken a picture. */
  picture: { type: String, required: true },
  photo: {
    type: new Schema(
      {
        /** Its name in the storage. */
        key: { type: String, required: true },
        width: { type: Number, required: true },
        height: { type: Number, required: true },
        /** What it shows, for those who do not see it. */
        alt: { type: String, default: '' },
      },
      { _id: false },
    ),
  },
  position: { type: Number, required: true, index: true },
  /** How many are free to be bought; what is reserved is taken off already. */
  stock: { type: Number, required: true, default: 0 },
  /** Taken off the shelves. It stays, for the orders that it is in. */
  archived: { type: Boolean, required: true, default: false },
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
// English and Swahili stand side by side: words are found as they are written.
productSchema.index(
  { name: 'text', description: 'text' },
  { default_language: 'none', weights: { name: 3, description: 1 } },
)
productSchema.index({ category: 1, 'price.minor': 1 })
productSchema.index({ 'price.minor': 1, _id: 1 })
productSchema.index({ 'photo.key': 1 }, { sparse: true })
productSchema.index({ 'reservations.at': 1 }, { sparse: true })

export type Product = InferSchemaType<typeof productSchema>

export const productModel = (connection: Connection) => connection.model('Product', productSchema)
