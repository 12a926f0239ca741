import { assertKnownKeys } from '../options.js'

/** Options of the Cloudinary in the sandbox. The defaults are Cloudinary's free plan. */
export interface CloudinaryOptions {
  /** Largest image, in bytes. @default 10_485_760 */
  maxImageBytes?: number
  /** Largest video, in bytes. @default 104_857_600 */
  maxVideoBytes?: number
  /** Largest raw file, in bytes. @default 10_485_760 */
  maxRawBytes?: number
  /** Least size of a chunk that is not the last, in bytes. @default 5_242_880 */
  minChunkBytes?: number
  /** All that the sandbox keeps, in bytes; what would be more is refused. @default 536_870_912 */
  maxTotalBytes?: number
  /** Calls of the Admin API in an hour of sandbox time. @default 500 */
  adminCallsPerHour?: number
  /** Upload presets by their names. @default { sandbox_unsigned: { isUnsigned: true } } */
  uploadPresets?: Record<string, UploadPreset>
}

/** An upload preset: parameters that a request takes from it unless it has its own. */
export interface UploadPreset {
  /** Whether it may be used without a signature. @default false */
  isUnsigned?: boolean
  /** As a request writes them: `{ folder: 'avatars', allowed_formats: 'jpg,png' }`. */
  parameters?: Record<string, string>
}

/** `CloudinaryOptions` with the defaults filled in. */
export type CloudinarySettings = Required<CloudinaryOptions>

const defaults: CloudinarySettings = {
  maxImageBytes: 10_485_760,
  maxVideoBytes: 104_857_600,
  maxRawBytes: 10_485_760,
  minChunkBytes: 5_242_880,
  maxTotalBytes: 536_870_912,
  adminCallsPerHour: 500,
  uploadPresets: { sandbox_unsigned: { isUnsigned: true } },
}

/** Fills in the defaults. @throws TypeError */
export function cloudinarySettings(options: CloudinaryOptions = {}): CloudinarySettings {
  assertKnownKeys('startSandbox: cloudinary', options, Object.keys(defaults))
  const settings = { ...defaults, ...options }
  const { uploadPresets, ...counts } = settings
  for (const [name, value] of Object.entries(counts)) {
    if (Number.isSafeInteger(value) && value > 0) continue
    throw new TypeError(`startSandbox: cloudinary: "${name}" must be a whole number above 0, not ${value}.`)
  }
  for (const [name, preset] of Object.entries(uploadPresets)) {
    assertKnownKeys(`startSandbox: cloudinary: preset ${name}`, preset, ['isUnsigned', 'parameters'])
  }
  return settings
}

/** The one account of this sandbox. Its keys open nothing elsewhere. */
export const cloud = {
  name: 'ementech-sandbox',
  apiKey: '717263748596051',
  apiSecret: 'EmentechL0opback7Qw3Zr9VdKx',
}

/** Figures of Cloudinary. */
export const cloudinaryLimits = {
  /** A signature is good for an hour (cloudinary.com/documentation/authentication_signatures). */
  signatureMs: 3_600_000,
  /** The most that one request may carry, whatever the plan. */
  requestBytes: 104_857_600,
  /** Ids in one call that deletes. */
  deletedIds: 100,
  /** A chunked upload that is not finished is forgotten after a day. */
  unfinishedMs: 86_400_000,
  publicIdLength: 255,
}
