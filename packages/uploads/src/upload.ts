import type { Request, RequestHandler } from 'express'
import multer from 'multer'
import type { IncomingMessage } from 'node:http'
import { createEngine, type BeforeStore, type UploadedFile } from './engine.js'
import { describeError, type Logger } from './logger.js'
import { maxBodyBytes, type Policy } from './policies.js'
import { letGo, Reception } from './reception.js'
import { busy, fileMissing, fileTooLarge, notMultipart, parseError } from './refusals.js'
import type { Storage } from './storage.js'

/** What a request brought. */
export interface Uploads {
  /** The first of the files. Throws a `TypeError` when there is none, which a policy with `minFiles: 0` allows: read `files` there. */
  readonly file: UploadedFile
  readonly files: readonly UploadedFile[]
}

/** What every form of one `createUploads()` shares. */
export interface UploadContext {
  storage: Storage
  bodyTimeoutMs: number
  maxConcurrent: number
  beforeStore: BeforeStore | undefined
  logger: Logger
  /** How many bodies are coming in. */
  active: number
}

const received = new WeakMap<IncomingMessage, readonly UploadedFile[]>()

/** The way of one form: may it come in → parts → each file into the storage → enough of them; whatever fails, nothing stays. */
export function upload(field: string, policy: Policy, context: UploadContext): RequestHandler {
  const { storage, logger } = context
  const limits = {
    maxBodyBytes: maxBodyBytes(policy),
    maxFileBytes: policy.maxFileBytes,
    timeoutMs: context.bodyTimeoutMs,
  }
  const parse = multer({
    storage: createEngine({ storage, policy, field, beforeStore: context.beforeStore }),
    // Browsers write names in UTF-8; multer's own default is latin1.
    defParamCharset: 'utf8',
    limits: {
      fileSize: policy.maxFileBytes,
      files: policy.maxFiles,
      fields: policy.maxFields,
      parts: policy.maxFields + policy.maxFiles,
      fieldSize: policy.maxFieldBytes,
      fieldNameSize: 100,
      headerPairs: 32,
      // Forms are flat: `a[b]` would be built into objects and arrays.
      fieldNestingDepth: 0,
      fieldArrayIndexLimit: 0,
    },
  } as multer.Options).array(field, policy.maxFiles) as unknown as Parse

  return function uploadMiddleware(req, res, next) {
    const refusal = refusalOf(req)
    if (refusal) {
      letGo(req, res)
      return next(refusal)
    }
    context.active += 1
    const reception = new Reception(req, limits)
    parse(reception, res, (err?: unknown) => {
      void conclude(reception, err)
        .finally(() => {
          context.active -= 1
          letGo(req, res)
        })
        .then(() => next(), next)
    })
  }

  function refusalOf(req: Request): Error | undefined {
    if (!req.is('multipart/form-data')) return notMultipart()
    if (Number(req.headers['content-length']) > limits.maxBodyBytes) return fileTooLarge(policy.maxFileBytes)
    if (context.active >= context.maxConcurrent) return busy()
    return undefined
  }

  async function conclude(reception: Reception, err: unknown): Promise<void> {
    if (err) reception.fail(parseError(err, policy, field))
    reception.close()
    await reception.settled()
    const files = (reception.files ?? []).map((part) => part.received)
    const error = reception.error ?? (files.length < policy.minFiles ? fileMissing(field) : undefined)
    if (error !== undefined) {
      await Promise.all(reception.keys.map(discard))
      throw error
    }
    reception.req.body = reception.body
    received.set(reception.req, files)
  }

  async function discard(key: string): Promise<void> {
    try {
      await storage.remove({ key })
    } catch (error) {
      logger.error('uploads: the rest of a refused upload could not be removed', {
        key,
        err: describeError(error),
      })
    }
  }
}

/** The files of a request that `single()` or `array()` has let in. Throws a `TypeError` without them. */
export function getUploads(req: IncomingMessage): Uploads {
  const files = received.get(req)
  if (!files)
    throw new TypeError('getUploads: no form was taken on this request. Mount single() or array() before.')
  return {
    files,
    get file() {
      if (files[0]) return files[0]
      throw new TypeError('getUploads: this form came without a file, as its policy allows. Read `files`.')
    },
  }
}

/** multer's middleware, which gets the body in place of the request. */
type Parse = (reception: Reception, res: unknown, next: (err?: unknown) => void) => void
