import type { RequestHandler } from 'express'
import type { BeforeStore } from './engine.js'
import { silentLogger, type Logger } from './logger.js'
import { assertKey } from './names.js'
import { assertKnownKeys, assertWhole } from './options.js'
import { completePolicy, type Policy, type UploadPolicy } from './policies.js'
import { assertTransform, type ImageTransform, type Storage, type StoredFile } from './storage.js'
import { upload, type UploadContext } from './upload.js'

/** Options of `createUploads()`. */
export interface UploadsOptions<Name extends string = string> {
  /** Where files are kept: `diskStorage()` of `./disk`, `cloudinaryStorage()` of `./cloudinary`, or one of your own. */
  storage: Storage
  /** What forms may send, by a name of yours. */
  policies: Record<Name, UploadPolicy>
  /**
   * Called with each file before its first byte is stored, and awaited; what it rejects with refuses the file. Write the
   * key down here, and what a crash leaves behind can be found and removed.
   */
  beforeStore?: BeforeStore
  /** How long a body may take to arrive, in milliseconds. @default 240000 (Node's own `requestTimeout` is 300000) */
  bodyTimeoutMs?: number
  /** How many bodies may come in at once, in this process. @default 100 */
  maxConcurrent?: number
  /** Hears what could not be removed. @default silent */
  logger?: Logger
}

/** What `createUploads` returns. */
export interface UploadService<Name extends string = string> {
  /** Takes a form with one file in `field`. What came is read with `getUploads(req)`, text fields are in `req.body`. */
  single(field: string, policy: Name): RequestHandler
  /** Takes a form with several files in `field`, all or none. */
  array(field: string, policy: Name): RequestHandler
  /** Removes a stored file; one that is not there is no error. */
  remove(file: StoredFile): Promise<void>
  /** Where browsers find a stored file. */
  url(file: StoredFile, transform?: ImageTransform): string
  /** Serves stored files, if the storage does not do so by itself: mount it at the path of its addresses. */
  serve(): RequestHandler
}

const optionKeys = [
  'storage',
  'policies',
  'beforeStore',
  'bodyTimeoutMs',
  'maxConcurrent',
  'logger',
] as const satisfies readonly (keyof UploadsOptions)[]

/** Takes files from forms into a storage. Each is judged by its bytes while it streams; none is held in memory or trusted. */
export function createUploads<Name extends string>(options: UploadsOptions<Name>): UploadService<Name> {
  assertKnownKeys('createUploads', options, optionKeys)
  const {
    storage,
    beforeStore,
    bodyTimeoutMs = 240_000,
    maxConcurrent = 100,
    logger = silentLogger,
  } = options
  assertStorage(storage)
  assertWhole('createUploads: bodyTimeoutMs', bodyTimeoutMs, 1, 86_400_000)
  assertWhole('createUploads: maxConcurrent', maxConcurrent, 1, 100_000)
  const policies = new Map(
    Object.entries<UploadPolicy>(options.policies ?? {}).map(([name, policy]) => [
      name,
      completePolicy(name, policy),
    ]),
  )
  if (policies.size === 0)
    throw new TypeError('createUploads: policies is required. Say what forms may send.')
  const context: UploadContext = { storage, beforeStore, bodyTimeoutMs, maxConcurrent, logger, active: 0 }

  return {
    single(field, name) {
      const policy = policyNamed(name)
      return upload(field, { ...policy, maxFiles: 1, minFiles: Math.min(1, policy.minFiles) }, context)
    },
    array: (field, name) => upload(field, policyNamed(name), context),
    async remove(file) {
      assertKey('remove', file?.key)
      await storage.remove({ key: file.key })
    },
    url(file, transform = {}) {
      assertKey('url', file?.key)
      assertTransform('url', transform)
      return storage.url({ key: file.key }, transform)
    },
    serve() {
      if (storage.serve) return storage.serve()
      throw new TypeError('serve: this storage serves its files by itself. Use url().')
    },
  }

  function policyNamed(name: string): Policy {
    const policy = policies.get(name)
    if (policy) return policy
    throw new TypeError(`There is no policy "${name}". There are ${[...policies.keys()].join(', ')}.`)
  }
}

function assertStorage(storage: Partial<Storage> | undefined): void {
  if (typeof storage?.put === 'function' && typeof storage.remove === 'function') return
  throw new TypeError('createUploads: storage is required, such as diskStorage({ dir }).')
}
