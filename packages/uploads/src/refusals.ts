import { UploadError, type UploadErrorCode } from './errors.js'
import { kinds, type FileKind } from './kinds.js'
import type { Policy } from './policies.js'

/*
 * What is said to who sent a file that is not taken. Nothing of the file, and no name of it, is quoted.
 */

/** More bytes than the policy takes. */
export function fileTooLarge(maxFileBytes: number): UploadError {
  const message = `The file is larger than ${inWords(maxFileBytes)}. Send a smaller one.`
  return new UploadError('UPLOADS_FILE_TOO_LARGE', message, { status: 413 })
}

/** No byte at all. */
export function emptyFile(): UploadError {
  const message = 'The file is empty. Choose another one.'
  return new UploadError('UPLOADS_FILE_EMPTY', message, { status: 400 })
}

/** Declared or detected: a kind that is not taken. */
export function kindRefused(allowed: readonly FileKind[]): UploadError {
  const names = allowed.map((kind) => kinds[kind].extension.toUpperCase()).join(', ')
  const message = `A file of this kind is not taken here. Send one of these: ${names}.`
  return new UploadError('UPLOADS_KIND_REFUSED', message, { status: 415 })
}

/** Declared as another family than it is. */
export function kindMismatch(): UploadError {
  const message = 'The file is not what it says it is. Send it with its right type.'
  return new UploadError('UPLOADS_KIND_MISMATCH', message, { status: 415 })
}

/** An image whose header holds no size. */
export function imageUnreadable(): UploadError {
  const message = 'The image has no readable size. Save it anew and send that.'
  return new UploadError('UPLOADS_IMAGE_UNREADABLE', message, { status: 415 })
}

/** More pixels than the policy takes. */
export function imageTooLarge({ maxPixels, maxWidth, maxHeight }: Policy): UploadError {
  const message = `The image has too many pixels: at most ${maxPixels} of them, ${maxWidth} wide, ${maxHeight} high. Send a smaller one.`
  return new UploadError('UPLOADS_IMAGE_TOO_LARGE', message, { status: 413 })
}

/** Fewer files than the policy asks for. */
export function fileMissing(field: string): UploadError {
  const message = `There is no file in the field "${field}". Choose one and send it.`
  return new UploadError('UPLOADS_FILE_MISSING', message, { status: 400 })
}

/** Another content type. */
export function notMultipart(): UploadError {
  const message = 'Files are taken as multipart/form-data. Send the form as such.'
  return new UploadError('UPLOADS_NOT_MULTIPART', message, { status: 415 })
}

/** As many bodies as may come in at once are coming in. */
export function busy(): UploadError {
  const message = 'Too many files are coming in at the moment. Try again in a few seconds.'
  return new UploadError('UPLOADS_BUSY', message, { status: 503, headers: { 'Retry-After': '5' } })
}

/** The storage failed: why stays in `cause`. */
export function notStored(cause: unknown): UploadError {
  const message = 'The file could not be stored. Try again later.'
  const headers = { 'Retry-After': '30' }
  return new UploadError('UPLOADS_STORAGE_UNAVAILABLE', message, { status: 503, headers, cause })
}

/** The body did not come in its time. */
export function tooSlow(): UploadError {
  const message =
    'The file took too long to arrive. Try again over a better connection, or send a smaller one.'
  return new UploadError('UPLOADS_TIMEOUT', message, { status: 408, headers: { Connection: 'close' } })
}

/** The client went before its body had come. */
export function aborted(): UploadError {
  return new UploadError('UPLOADS_ABORTED', 'The connection ended before the file did. Send it again.', {
    status: 400,
  })
}

/** multer's errors, and those of the parser below it, as ours. */
export function parseError(err: unknown, policy: Policy, field: string): UploadError {
  if (err instanceof UploadError) return err
  const { code } = Object(err) as { code?: unknown }
  if (code === 'LIMIT_FILE_SIZE') return fileTooLarge(policy.maxFileBytes)
  const [ours, status, message] = multerErrors(policy, field)[String(code)] ?? [
    'UPLOADS_MALFORMED',
    400,
    'The form cannot be read. Send it as multipart/form-data, complete and with plain field names.',
  ]
  return new UploadError(ours, message, { status, cause: err })
}

/** https://github.com/expressjs/multer#error-handling */
function multerErrors(
  { maxFiles, maxFields, maxFieldBytes }: Policy,
  field: string,
): Partial<Record<string, [UploadErrorCode, number, string]>> {
  const tooManyFiles = `At most ${maxFiles} files are taken at once. Send fewer.`
  const unexpected = `Files are taken in the field "${field}" alone. Send them there.`
  const formTooLarge = `A form has at most ${maxFields} text fields of ${maxFieldBytes} bytes. Send less text.`
  return {
    LIMIT_FILE_COUNT: ['UPLOADS_TOO_MANY_FILES', 400, tooManyFiles],
    LIMIT_UNEXPECTED_FILE: ['UPLOADS_FIELD_UNEXPECTED', 400, unexpected],
    LIMIT_PART_COUNT: ['UPLOADS_FORM_TOO_LARGE', 413, formTooLarge],
    LIMIT_FIELD_COUNT: ['UPLOADS_FORM_TOO_LARGE', 413, formTooLarge],
    LIMIT_FIELD_KEY: ['UPLOADS_FORM_TOO_LARGE', 413, formTooLarge],
    LIMIT_FIELD_VALUE: ['UPLOADS_FORM_TOO_LARGE', 413, formTooLarge],
  }
}

function inWords(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB']
  const power = Math.min(3, Math.floor(Math.log2(bytes) / 10))
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power]}`
}
