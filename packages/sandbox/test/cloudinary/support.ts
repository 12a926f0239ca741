import { expect } from 'vitest'
import type { UploadApiResponse, v2 as Sdk } from 'cloudinary'
import type { Sandbox } from '../../src/index.js'

// The SDK chooses between http and https when it is loaded, by what CLOUDINARY_URL says then; the port comes later.
process.env.CLOUDINARY_URL = 'cloudinary://0:0@none?upload_prefix=http://127.0.0.1:1'
const { v2 } = await import('cloudinary')

/** The real SDK, pointed at the sandbox as an application's environment points it. There is one for all. */
export function sdkFor({ env }: Pick<Sandbox, 'env'>, options: Record<string, unknown> = {}): typeof Sdk {
  process.env.CLOUDINARY_URL = env.CLOUDINARY_URL
  v2.config(true)
  v2.config({ urlAnalytics: false, ...options })
  return v2
}

/** An upload of bytes, as an application streams them. */
export function uploadBytes(
  sdk: typeof Sdk,
  bytes: Buffer,
  options: Record<string, unknown> = {},
): Promise<UploadApiResponse> {
  return new Promise((resolve, reject) => {
    const stream = sdk.uploader.upload_stream(options, (error, result) => {
      if (result) resolve(result)
      else reject(error as Error)
    })
    stream.end(bytes)
  })
}

/** A base64 data URI. */
export function dataUri(bytes: Buffer, type = 'image/png'): string {
  return `data:${type};base64,${bytes.toString('base64')}`
}

/** What a promise of the SDK was rejected with: an object, or for the Admin API one inside of it. */
export async function refusalOf(promise: Promise<unknown>): Promise<{ http_code: number; message: string }> {
  const rejected = await promise.then(
    () => {
      throw new Error('This was expected to be refused.')
    },
    (error: { http_code: number; message: string } & { error?: never }) => error,
  )
  return rejected.error ?? rejected
}

/** A refusal with these words. */
export function refused(http_code: number, message: string | RegExp) {
  const words = typeof message === 'string' ? message : (expect.stringMatching(message) as string)
  return expect.objectContaining({ http_code, message: words }) as unknown
}

/** The SDK's check of an answer's signature, which its types leave out. */
export function isResponse(sdk: typeof Sdk) {
  const { utils } = sdk as unknown as {
    utils: {
      verify_api_response_signature: (publicId: string, version: number, signature: string) => boolean
    }
  }
  return utils.verify_api_response_signature
}
