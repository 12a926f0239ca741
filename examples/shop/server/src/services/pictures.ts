import { createUploads, type Storage, type StoredFile, type UploadedFile } from '@ementech/uploads'
import type { leftoverModel } from '../models/leftover.js'
import type { productModel } from '../models/product.js'
import { ShopError } from '../problem.js'

interface PicturesOptions {
  Product: ReturnType<typeof productModel>
  Leftover: ReturnType<typeof leftoverModel>
  storage: Storage
  logger: Pick<Console, 'warn' | 'debug' | 'info' | 'error'>
}

const minute = 60_000

/**
 * Pictures of products. A key is written down as a leftover before its file is stored, and again before a product lets go
 * of it; it is struck out when a product has it. So whatever dies in between, what belongs to nobody is found and removed.
 */
export function createPictures({ Product, Leftover, storage, logger }: PicturesOptions) {
  const uploads = createUploads({
    storage,
    policies: { products: { kinds: ['jpeg', 'png', 'webp', 'avif'], maxFileBytes: 5 * 1024 * 1024 } },
    beforeStore: ({ key }) => note(key, 60 * minute),
    logger,
  })

  return {
    /** Takes the form with the picture: `getUploads(req)`. */
    upload: uploads.single('picture', 'products'),

    /** Serves pictures, where the storage does not do so by itself. */
    serve: storage.serve?.(),

    /** The product has this picture from now on, and no longer the one before. */
    async put(id: string, { key, width, height }: UploadedFile, alt: string): Promise<void> {
      await change(id, { $set: { photo: { key, width, height, alt } } })
      await Leftover.deleteOne({ _id: key })
    },

    async describe(id: string, alt: string): Promise<void> {
      const changed = await Product.updateOne({ _id: id, photo: { $ne: null } }, { 'photo.alt': alt })
      if (changed.matchedCount === 0) throw new ShopError(404, 'NO_PICTURE', 'This product has no picture.')
    },

    async remove(id: string): Promise<void> {
      await change(id, { $unset: { photo: 1 } })
    },

    /** Removes what belongs to nobody. Any number of workers may do so at once. */
    async sweep(): Promise<void> {
      for (const { _id: key } of await Leftover.find({ dueAt: { $lte: new Date() } }).limit(100))
        await clear(key)
    },
  }

  async function change(id: string, update: object): Promise<void> {
    const before = await Product.findById(id, { photo: 1 })
    if (!before) throw new ShopError(404, 'PRODUCT_NOT_FOUND', 'There is no such product.')
    const old = before.photo?.key
    if (old) await note(old, minute)
    const changed = await Product.updateOne({ _id: id, 'photo.key': old ?? null }, update)
    if (changed.matchedCount === 0) {
      throw new ShopError(
        409,
        'PICTURE_CHANGED',
        'Somebody has changed this picture just now. Look at it again.',
      )
    }
    if (old) await clear(old)
  }

  async function note(key: string, forMs: number): Promise<void> {
    await Leftover.updateOne({ _id: key }, { dueAt: new Date(Date.now() + forMs) }, { upsert: true })
  }

  /** What cannot be removed now is tried again with the next sweep. */
  async function clear(key: string): Promise<void> {
    try {
      if (!(await Product.exists({ 'photo.key': key }))) await uploads.remove({ key })
      await Leftover.deleteOne({ _id: key })
    } catch (error) {
      logger.warn('a picture could not be removed; it is tried again', { key, err: error })
    }
  }
}

export type Pictures = ReturnType<typeof createPictures>

/** Widths that pages ask for: a row of the cart, a card on a phone, a card, a page on a phone and on a desk. */
const widths = [160, 400, 640, 960, 1280]

/** How pages show a product: its picture in all sizes, or the drawing that it began with. */
export function pictureViewer(storage: Pick<Storage, 'url'>) {
  return ({ picture, photo }: { picture: string; photo?: (StoredFile & { alt: string }) | null }) => {
    if (!photo) return { picture }
    const square = (width: number) => storage.url(photo, { width, height: width, crop: 'fill' })
    const set = widths.map((width) => `${square(width)} ${width}w`).join(', ')
    // A storage that cannot transform has one size alone.
    const scales = square(160) !== square(640)
    return { picture: square(640), pictureAlt: photo.alt, ...(scales && { pictureSet: set }) }
  }
}

export type PictureView = ReturnType<typeof pictureViewer>
