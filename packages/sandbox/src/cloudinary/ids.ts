import { createHash } from 'node:crypto'
import type { Random } from '../random.js'

/** An id of assets and versions: 32 hexadecimal digits. */
export function hexId(random: Random): string {
  return random.text(32, '0123456789abcdef')
}

/** A public id that Cloudinary chooses: 20 letters and digits. */
export function randomName(random: Random, length = 20): string {
  return random.text(length, 'abcdefghijklmnopqrstuvwxyz0123456789')
}

/** MD5, hexadecimal: what Cloudinary calls the etag of a file. */
export function md5(bytes: Buffer | string): string {
  return createHash('md5').update(bytes).digest('hex')
}
