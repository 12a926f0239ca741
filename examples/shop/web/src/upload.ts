import { ApiError, apiUrl, problemOf } from './api'
import { accessToken } from './session'

interface UploadOptions {
  /** How much is sent, from 0 to 1. */
  onProgress: (share: number) => void
  signal: AbortSignal
}

/** Sends a form with a file. XMLHttpRequest, because fetch does not say how far it is. Throws ApiError, or `signal.reason`. */
export async function upload<T>(path: string, form: FormData, options: UploadOptions): Promise<T> {
  const token = await accessToken()
  const { onProgress, signal } = options
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', `${apiUrl}/api${path}`)
    request.responseType = 'json'
    request.setRequestHeader('accept', 'application/json, application/problem+json')
    request.setRequestHeader('authorization', `Bearer ${token}`)
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onerror = () => reject(new ApiError(0))
    request.onload = () => {
      if (request.status === 200) resolve(request.response as T)
      else reject(new ApiError(request.status, problemOf(request.response)))
    }
    signal.addEventListener('abort', () => {
      request.abort()
      reject(signal.reason as Error)
    })
    request.send(form)
  })
}
