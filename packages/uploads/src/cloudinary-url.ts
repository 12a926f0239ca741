import { createHash } from 'node:crypto'
import type { ImageTransform } from './storage.js'

/** A transformation as Cloudinary writes it: parameters in the order of their names. Empty when nothing is asked for. */
export function transformationOf(transform: ImageTransform, defaults: ImageTransform = {}): string {
  const { width, height, crop, quality, format } = { ...defaults, ...transform }
  const cropped = width === undefined && height === undefined ? undefined : (crop ?? 'limit')
  const parameters = { c: cropped, f: format, h: height, q: quality, w: width }
  return Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}_${value}`)
    .join(',')
}

/**
 * The path of a delivery address, signed if there is a secret.
 * https://cloudinary.com/documentation/delivery_url_signatures: the first 8 characters of the SHA-1 in base64.
 */
export function deliveryPath(
  resourceType: string,
  transformation: string,
  publicId: string,
  secret: string | undefined,
): string {
  const rest = [transformation, publicId].filter(Boolean).join('/')
  const signature =
    secret === undefined
      ? ''
      : `s--${createHash('sha1')
          .update(rest + secret)
          .digest('base64url')
          .slice(0, 8)}--`
  // An id with folders needs a version in front, or its first folder is read as one; keys are never written twice.
  return [resourceType, 'upload', signature, transformation, 'v1', publicId].filter(Boolean).join('/')
}
