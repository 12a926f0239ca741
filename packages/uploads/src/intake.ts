import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { imageSize, type ImageSize } from './image-size.js'
import { kinds, type FileKind } from './kinds.js'
import type { Policy } from './policies.js'
import {
  emptyFile,
  fileTooLarge,
  imageTooLarge,
  imageUnreadable,
  kindMismatch,
  kindRefused,
  notStored,
} from './refusals.js'
import { sniffKind } from './sniff.js'

/** What the first bytes of a file say about it. */
export interface Opening extends Partial<ImageSize> {
  kind: FileKind
}

/** One file as it comes in: judged by its first bytes, counted and hashed to the last. */
export interface Intake {
  /** Reads as far as it needs, and rejects with what is wrong with the file. */
  open(declared: FileKind): Promise<Opening>
  /** The whole file, its first bytes included. Fails as soon as it is too large. */
  readonly stream: Readable
  /** Once the stream has ended. */
  summary(): { bytes: number; sha256: string }
  /** Why the bytes stopped coming, if they did. */
  readonly failure: unknown
}

/** How far the judge reads at a time. */
const stepBytes = 4_096

/** How far it reads at most: the size of a photograph comes after its Exif and colour profile, 64 KiB each. */
const longestHeadBytes = 262_144

/** Takes a file in. Holds the first bytes while they are judged, and nothing else. */
export function createIntake(source: Readable, policy: Policy): Intake {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const hash = createHash('sha256')
  let head: Buffer = Buffer.alloc(0)
  let bytes = 0
  let ended = false
  let failure: unknown

  async function next(): Promise<Buffer | undefined> {
    try {
      const { value, done } = await chunks.next()
      if (done) ended = true
      if (done) return undefined
      bytes += value.length
      if (bytes > policy.maxFileBytes) throw fileTooLarge(policy.maxFileBytes)
      hash.update(value)
      return value
    } catch (error) {
      failure = error
      throw error
    }
  }

  async function readUpTo(length: number): Promise<void> {
    const read = [head]
    for (let held = head.length; held < length && !ended;) {
      const chunk = await next()
      if (chunk) read.push(chunk)
      held += chunk?.length ?? 0
    }
    head = Buffer.concat(read)
  }

  async function open(declared: FileKind): Promise<Opening> {
    await readUpTo(stepBytes)
    if (head.length === 0) throw emptyFile()
    const kind = sniffKind(head)
    if (!kind || !policy.kinds.includes(kind)) throw kindRefused(policy.kinds)
    if (kinds[kind].family !== kinds[declared].family) throw kindMismatch()
    return kinds[kind].family === 'image' ? { kind, ...(await measure(kind)) } : { kind }
  }

  async function measure(kind: FileKind): Promise<ImageSize> {
    let size = imageSize(kind, head)
    while (!size && !ended && head.length < longestHeadBytes) {
      await readUpTo(head.length + stepBytes)
      size = imageSize(kind, head)
    }
    if (!size || size.width === 0 || size.height === 0) throw imageUnreadable()
    const { maxPixels, maxWidth, maxHeight } = policy
    if (size.width > maxWidth || size.height > maxHeight || size.width * size.height > maxPixels)
      throw imageTooLarge(policy)
    return size
  }

  async function* all(): AsyncGenerator<Buffer> {
    yield head
    for (let chunk = await next(); chunk; chunk = await next()) yield chunk
  }

  return {
    open,
    stream: Readable.from(all(), { objectMode: false, highWaterMark: 65_536 }),
    summary() {
      // A storage that resolves before it has read everything would have stored half a file.
      if (!ended) throw notStored(new Error('The storage did not read the whole file.'))
      return { bytes, sha256: hash.digest('hex') }
    },
    get failure() {
      return failure
    },
  }
}
