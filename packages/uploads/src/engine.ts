import type { Request } from 'express'
import type { StorageEngine } from 'multer'
import type { Readable } from 'node:stream'
import { UploadError } from './errors.js'
import { createIntake } from './intake.js'
import { kindNamed, kinds, type FileKind } from './kinds.js'
import { cleanName, newKey } from './names.js'
import type { Policy } from './policies.js'
import type { Reception } from './reception.js'
import { kindRefused, notStored, parseError } from './refusals.js'
import type { IncomingFile, Storage, StoredFile } from './storage.js'

/** A file that was taken and stored. */
export interface UploadedFile extends StoredFile {
  /** What it is, by its bytes. */
  kind: FileKind
  /** The media type of that kind. */
  type: string
  bytes: number
  /** Of the bytes as they came in, in hex. */
  sha256: string
  /** Of an image, in pixels, by its header; absent from other files. */
  width?: number
  height?: number
  /** The client's name for it, fit to be shown. Never use it as a path. */
  originalName: string
  /** The field of the form that it came in. */
  field: string
  /** What the storage knows of it: of Cloudinary `assetId`, `version` and more. */
  details: Record<string, unknown>
}

/** Called with each file before its first byte is stored; what it rejects with refuses the file. */
export type BeforeStore = (file: Omit<IncomingFile, 'signal'>, req: Request) => unknown

/** What multer calls for each file: declared kind → first bytes → key → storage. */
export function createEngine({
  storage,
  policy,
  field,
  beforeStore,
}: {
  storage: Storage
  policy: Policy
  field: string
  beforeStore: BeforeStore | undefined
}): StorageEngine {
  return {
    _handleFile(req, part, done) {
      const reception = req as unknown as Reception
      reception.track(receive(part, reception)).then(
        (file) => done(null, { received: file } as never),
        (error: unknown) => {
          reception.fail(error)
          done(error)
        },
      )
    },
    // A request that fails is cleaned up as a whole, once everything in it has come to rest.
    _removeFile: (_req, _part, done) => done(null),
  }

  async function receive(part: Express.Multer.File, reception: Reception): Promise<UploadedFile> {
    const intake = createIntake(part.stream, policy)
    const { kind, ...size } = await intake.open(declaredKind(part)).catch((error: unknown) => {
      throw parseError(error, policy, field)
    })
    const file = { key: newKey(policy.prefix, kind), kind, type: kinds[kind].type }
    await beforeStore?.(file, reception.req)
    reception.signal.throwIfAborted()
    reception.keys.push(file.key)
    const details = await store(intake.stream, { ...file, signal: reception.signal }).catch(
      (error: unknown) => {
        throw intake.failure === undefined ? error : parseError(intake.failure, policy, field)
      },
    )
    const { originalname, fieldname } = part
    const names = { originalName: cleanName(originalname), field: fieldname }
    return { ...file, ...size, ...intake.summary(), ...names, details: { ...details } }
  }

  /** What a storage rejects with is no answer to a client, unless it is an error of ours. */
  async function store(stream: Readable, file: IncomingFile): Promise<object | void> {
    try {
      return await storage.put(stream, file)
    } catch (error) {
      stream.destroy()
      if (error instanceof UploadError) throw error
      throw notStored(error)
    }
  }

  /** Before anything is read: what the client itself says the file is must be allowed. */
  function declaredKind({ mimetype }: Express.Multer.File): FileKind {
    const kind = kindNamed(mimetype)
    if (!kind || !policy.kinds.includes(kind)) throw kindRefused(policy.kinds)
    return kind
  }
}
