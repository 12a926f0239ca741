/** Every code that an `UploadError` can carry. */
export type UploadErrorCode =
  | 'UPLOADS_ABORTED'
  | 'UPLOADS_BUSY'
  | 'UPLOADS_FIELD_UNEXPECTED'
  | 'UPLOADS_FILE_EMPTY'
  | 'UPLOADS_FILE_MISSING'
  | 'UPLOADS_FILE_TOO_LARGE'
  | 'UPLOADS_FORM_TOO_LARGE'
  | 'UPLOADS_IMAGE_TOO_LARGE'
  | 'UPLOADS_IMAGE_UNREADABLE'
  | 'UPLOADS_KIND_MISMATCH'
  | 'UPLOADS_KIND_REFUSED'
  | 'UPLOADS_MALFORMED'
  | 'UPLOADS_NOT_MULTIPART'
  | 'UPLOADS_STORAGE_REFUSED'
  | 'UPLOADS_STORAGE_UNAVAILABLE'
  | 'UPLOADS_STORAGE_UNTRUSTED'
  | 'UPLOADS_TIMEOUT'
  | 'UPLOADS_TOO_MANY_FILES'

/** What an `UploadError` carries besides its code and its message. */
export interface UploadErrorInit {
  /** The HTTP status of the answer. @default 500 */
  status?: number
  /** Headers of the answer. */
  headers?: Record<string, string>
  cause?: unknown
}

/** The one error class of `@ementech/uploads`. `status` and `headers` make a plain Express application answer rightly. */
export class UploadError extends Error {
  override readonly name = 'UploadError'
  readonly code: UploadErrorCode
  readonly status: number
  readonly headers: Record<string, string>

  constructor(code: UploadErrorCode, message: string, options: UploadErrorInit = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status ?? 500
    this.headers = options.headers ?? {}
  }
}
