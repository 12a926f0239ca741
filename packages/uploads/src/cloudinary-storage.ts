import type { v2 } from 'cloudinary'
import { createHash, timingSafeEqual } from 'node:crypto'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { pipeline, type Writable } from 'node:stream'
import { callCloudinary } from './cloudinary-call.js'
import { deliveryPath, transformationOf } from './cloudinary-url.js'
import { UploadError } from './errors.js'
import { kindOfKey, kinds, type FileKind } from './kinds.js'
import { assertKey, prefixShape } from './names.js'
import { assertKnownKeys, assertWhole } from './options.js'
import { assertTransform, type ImageTransform, type Storage } from './storage.js'

/** Options of `cloudinaryStorage()`. */
export interface CloudinaryStorageOptions {
  /** `v2` of the package `cloudinary`. Its global configuration is neither read nor changed. */
  cloudinary: { uploader: Pick<typeof v2.uploader, 'upload_stream' | 'destroy'> }
  cloudName: string
  apiKey: string
  apiSecret: string
  /** The folder of all keys, such as `shop/production`. */
  folder?: string
  /** An upload preset for signed uploads. */
  uploadPreset?: string
  /**
   * How images are kept, or `false` for exactly as they come. What is kept has been re-encoded: position and camera are
   * not in it. @default { width: 2000, height: 2000, crop: 'limit' }
   */
  incoming?: ImageTransform | false
  /** Signs addresses, for accounts with strict transformations. @default false */
  signUrls?: boolean
  /** Cloudinary's API. @default 'https://api.cloudinary.com' */
  uploadPrefix?: string
  /** Where Cloudinary delivers. @default 'https://res.cloudinary.com' */
  deliveryUrl?: string
  /** How long Cloudinary may be silent, in milliseconds. @default 60000, as the SDK */
  timeoutMs?: number
}

const optionKeys = [
  'cloudinary',
  'cloudName',
  'apiKey',
  'apiSecret',
  'folder',
  'uploadPreset',
  'incoming',
  'signUrls',
  'uploadPrefix',
  'deliveryUrl',
  'timeoutMs',
] as const satisfies readonly (keyof CloudinaryStorageOptions)[]

/** Cloudinary's name for what it treats alike. A PDF is `raw`: kept and given back as it is. */
const resourceTypes = { image: 'image', video: 'video', document: 'raw' } as const

/** What an address asks for unless it says otherwise. */
const deliveryDefaults: ImageTransform = { quality: 'auto', format: 'auto' }

/**
 * Keeps files at Cloudinary, through its own SDK: streamed, under a key that is never written twice. An upload that is not
 * wanted any more is cut off at once, and an answer counts when its signature is Cloudinary's.
 */
export function cloudinaryStorage(options: CloudinaryStorageOptions): Storage {
  assertUsage(options)
  const { cloudinary, cloudName, apiKey, apiSecret, folder, uploadPreset, signUrls = false } = options
  const { incoming = { width: 2000, height: 2000, crop: 'limit' }, timeoutMs = 60_000 } = options
  const { uploadPrefix = 'https://api.cloudinary.com', deliveryUrl = 'https://res.cloudinary.com' } = options
  // Everything with each call: what is global in the SDK belongs to the application.
  const account = {
    cloud_name: cloudName,
    api_key: apiKey,
    api_secret: apiSecret,
    upload_prefix: uploadPrefix,
    timeout: timeoutMs,
    // It would make a second, unheard one of every error.
    disable_promises: true,
  }
  const incomingTransformation = transformationOf(incoming || {})

  return {
    async put(stream, { key, kind, signal }) {
      const { publicId } = assetOf(key)
      const agent = newAgent()
      try {
        const result = await callCloudinary<UploadResult>((done, giveUp) => {
          const settings = { ...account, ...uploadSettings(kind), agent, public_id: publicId }
          const upload = cloudinary.uploader.upload_stream(settings as object, done) as unknown as Writable
          // The SDK does not notice a source that ends before its time: it would hold the request open until its time-out.
          // Destroying its agent below ends it at once.
          signal.addEventListener('abort', () => giveUp(signal.reason), { once: true })
          pipeline(stream, upload, (error) => error && giveUp(error))
        })
        assertSigned(result, publicId)
        return detailsOf(result)
      } finally {
        agent.destroy()
      }
    },
    async remove({ key }) {
      const { publicId, resourceType } = assetOf(key)
      const agent = newAgent()
      try {
        const settings = { ...account, agent, resource_type: resourceType, type: 'upload', invalidate: true }
        const { result } = await callCloudinary<{ result?: unknown }>((done) => {
          void cloudinary.uploader.destroy(publicId, settings as object, done)
        })
        if (result !== 'ok' && result !== 'not found') throw notRemoved(result)
      } finally {
        agent.destroy()
      }
    },
    url({ key }, transform = {}) {
      const { publicId, resourceType } = assetOf(key)
      const transformation = resourceType === 'image' ? transformationOf(transform, deliveryDefaults) : ''
      // A raw file's id has its extension already.
      const named = resourceType === 'raw' ? publicId : `${publicId}${key.slice(key.lastIndexOf('.'))}`
      const path = deliveryPath(resourceType, transformation, named, signUrls ? apiSecret : undefined)
      return `${deliveryUrl}/${cloudName}/${path}`
    },
  }

  function uploadSettings(kind: FileKind): object {
    const resourceType = resourceTypes[kinds[kind].family]
    return {
      resource_type: resourceType,
      type: 'upload',
      overwrite: false,
      ...(resourceType !== 'raw' && { allowed_formats: [kinds[kind].extension] }),
      ...(uploadPreset !== undefined && { upload_preset: uploadPreset }),
      // `transformation` as text would be the name of a stored one.
      ...(resourceType === 'image' && incoming && { raw_transformation: incomingTransformation }),
    }
  }

  function assetOf(key: string): { publicId: string; resourceType: string } {
    assertKey('cloudinaryStorage', key)
    const kind = kindOfKey(key)
    if (kind === undefined) throw new TypeError('cloudinaryStorage: this is no key that was made here.')
    const resourceType = resourceTypes[kinds[kind].family]
    const id = folder === undefined ? key : `${folder}/${key}`
    // Of images and videos the extension is no part of the id: it says in which format they are wanted.
    return { resourceType, publicId: resourceType === 'raw' ? id : id.slice(0, id.lastIndexOf('.')) }
  }

  /** One for each call, so that it can be cut off; it also decides between http and https, as the SDK does only when it is loaded. */
  function newAgent(): HttpAgent {
    return uploadPrefix.startsWith('http:') ? new HttpAgent() : new HttpsAgent()
  }

  /** https://cloudinary.com/documentation/response_signatures */
  function assertSigned({ public_id: id, version, signature }: UploadResult, publicId: string): void {
    const expected = createHash('sha1').update(`public_id=${id}&version=${version}${apiSecret}`).digest()
    const given = Buffer.from(String(signature), 'hex')
    if (id === publicId && given.length === expected.length && timingSafeEqual(given, expected)) return
    throw new UploadError(
      'UPLOADS_STORAGE_UNTRUSTED',
      "The storage's answer is not signed as it should be. Check its address and its secret.",
      { status: 502 },
    )
  }
}

/** https://cloudinary.com/documentation/image_upload_api_reference#upload_response */
interface UploadResult {
  public_id: string
  version: number
  signature: string
  asset_id: string
  format?: string
  bytes: number
  width?: number
  height?: number
}

function detailsOf({ asset_id: assetId, version, format, bytes, width, height }: UploadResult): object {
  return { assetId, version, format, bytes, width, height }
}

function notRemoved(result: unknown): UploadError {
  const cause = new Error(`Cloudinary answered "${String(result).slice(0, 100)}"`)
  const message = 'The file could not be removed. Try again later.'
  return new UploadError('UPLOADS_STORAGE_UNAVAILABLE', message, { status: 503, cause })
}

function assertUsage(options: CloudinaryStorageOptions): void {
  assertKnownKeys('cloudinaryStorage', options, optionKeys)
  if (typeof options.cloudinary?.uploader?.upload_stream !== 'function')
    throw new TypeError("cloudinaryStorage: cloudinary is required: import { v2 } from 'cloudinary'.")
  for (const name of ['cloudName', 'apiKey', 'apiSecret'] as const) {
    if (typeof options[name] !== 'string' || options[name] === '')
      throw new TypeError(`cloudinaryStorage: ${name} is required.`)
  }
  if (!/^[\w-]+$/.test(options.cloudName))
    throw new TypeError('cloudinaryStorage: cloudName has letters, digits, - and _ alone.')
  if (options.folder !== undefined && !prefixShape.test(options.folder))
    throw new TypeError('cloudinaryStorage: folder must be like "shop/production".')
  if (options.incoming) assertTransform('cloudinaryStorage: incoming', options.incoming)
  for (const name of ['uploadPrefix', 'deliveryUrl'] as const) {
    if (options[name] !== undefined && !/^https?:\/\/[^?#]*[^/?#]$/.test(options[name]))
      throw new TypeError(`cloudinaryStorage: ${name} must be like "https://api.cloudinary.com".`)
  }
  assertWhole('cloudinaryStorage: timeoutMs', options.timeoutMs ?? 1, 1, 3_600_000)
}
