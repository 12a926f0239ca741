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
})

export type Product = InferSchemaType<typeof productSchema>

export const productModel = (connection: Connection) => connection.model('Product', productSchema)
