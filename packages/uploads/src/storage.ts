import type { RequestHandler } from 'express'
import type { Readable } from 'node:stream'
import type { FileKind } from './kinds.js'
import { assertKnownKeys, assertWhole } from './options.js'

/** What names a stored file. Keep `key` in your database; everything else can be had from it. */
export interface StoredFile {
  /** Such as `products/0b9f….jpg`. The extension is that of the detected kind. */
  key: string
}

/** A file on its way into a storage. */
export interface IncomingFile extends StoredFile {
  kind: FileKind
  /** The media type of the kind. */
  type: string
  /** Aborted as soon as the file is not wanted any more: too large, the client is gone, another file failed. */
  signal: AbortSignal
}

/** How an image is wanted. A storage that cannot transform gives the original. */
export interface ImageTransform {
  /** In pixels. */
  width?: number
  /** In pixels. */
  height?: number
  /** `limit` keeps all of it and enlarges nothing; `fill` and `thumb` cut to the size. @default 'limit' */
  crop?: 'limit' | 'fit' | 'fill' | 'thumb' | 'pad' | 'scale'
  /** 1 to 100, or as good as it needs to be. @default 'auto' */
  quality?: number | 'auto'
  /** What the browser is sent; `auto` is the best that it takes. @default 'auto' */
  format?: 'auto' | 'avif' | 'webp' | 'jpg' | 'png'
}

/** Where files are kept. `storageContract()` of `@ementech/uploads/testing` is what each must do. */
export interface Storage {
  /**
   * Stores what the stream holds under `file.key`, and resolves once it is safe. Rejects when the stream fails or
   * `file.signal` is aborted, and leaves nothing open then; what it has stored by that time is removed by its key.
   * May resolve to what it knows of the file: `details` of the uploaded file.
   */
  put(stream: Readable, file: IncomingFile): Promise<object | void>
  /** Removes a file; one that is not there is no error. */
  remove(file: StoredFile): Promise<void>
  /** Where browsers find it. */
  url(file: StoredFile, transform?: ImageTransform): string
  /** Answers for the addresses that `url` gives, where nobody else does. */
  serve?(): RequestHandler
}

const transformKeys = ['width', 'height', 'crop', 'quality', 'format'] as const
const crops = ['limit', 'fit', 'fill', 'thumb', 'pad', 'scale']
const formats = ['auto', 'avif', 'webp', 'jpg', 'png']

/** Throws a `TypeError` for a transformation that is none: they end up in addresses. */
export function assertTransform(where: string, transform: ImageTransform): void {
  assertKnownKeys(where, transform, transformKeys)
  const { width, height, crop, quality, format } = transform
  if (width !== undefined) assertWhole(`${where}: width`, width, 1, 10_000)
  if (height !== undefined) assertWhole(`${where}: height`, height, 1, 10_000)
  if (quality !== undefined && quality !== 'auto') assertWhole(`${where}: quality`, quality, 1, 100)
  if (crop !== undefined && !crops.includes(crop))
    throw new TypeError(`${where}: crop is one of ${crops.join(', ')}.`)
  if (format !== undefined && !formats.includes(format))
    throw new TypeError(`${where}: format is one of ${formats.join(', ')}.`)
}
