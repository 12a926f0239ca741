import { UploadError } from './errors.js'
import { notStored } from './refusals.js'

/**
 * Settles with what Cloudinary's SDK answers, made safe: its errors are plain objects, and some hold the credentials.
 * `giveUp` rejects with a reason of our own.
 */
export function callCloudinary<T>(
  call: (done: (error: unknown, result: unknown) => void, giveUp: (reason: unknown) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, result) => {
      if (error) reject(asUploadError(error))
      else resolve(result as T)
    }, reject)
  })
}

/**
 * Its own words stay here as the cause: they quote what was signed and which account it was. Codes of the SDK: 499 for
 * its own time-out; none when there was no answer.
 */
function asUploadError(thrown: unknown): UploadError {
  const { http_code: status, message, code } = Object(thrown) as Record<string, unknown>
  const cause = new Error(`Cloudinary answered ${describe(status, code)}: ${withoutSigned(message)}`)
  if (status === 400) {
    return new UploadError(
      'UPLOADS_STORAGE_REFUSED',
      'The storage cannot read this file. Save it anew, or choose another one.',
      { status: 422, cause },
    )
  }
  return notStored(cause)
}

function describe(status: unknown, code: unknown): string {
  if (typeof status === 'number') return String(status)
  return typeof code === 'string' ? `nothing (${code})` : 'nothing'
}

/** "Invalid Signature <hex>. String to sign - '…'": what follows is of no use to a log and holds the parameters. */
function withoutSigned(message: unknown): string {
  return String(message ?? 'no message')
    .replace(/(Invalid Signature).*/s, '$1')
    .slice(0, 300)
}
