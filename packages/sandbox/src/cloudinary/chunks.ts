import type { Request } from 'express'
import type { CloudinaryContext } from './context.js'
import type { FilePart } from './form.js'
import { ok, type Answer } from './operation.js'
import { invalid, missing, notInSandbox } from './refusal.js'
import { cloudinaryLimits } from './settings.js'
import type { ChunkedUpload } from './state.js'

/** What came of a chunk: more is to come, or the file is whole. `unused` is of no use once it is kept. */
type Taken = { answer: Answer } | { file: FilePart; unused: string[] }

interface Range {
  start: number
  end: number
  /** Undefined as long as the sender does not know it (`-1`). */
  total: number | undefined
}

/**
 * Takes the chunk that a request with `Content-Range` brings. Without, it is the whole file, and nothing happens here.
 *
 * @throws Refusal
 */
export async function takeChunk(
  context: CloudinaryContext,
  req: Request,
  part: FilePart,
  mostBytes: number,
): Promise<Taken | undefined> {
  const { store, blobs, settings, clock } = context
  const header = req.get('content-range')
  if (header === undefined) return undefined
  const uploadId = req.get('x-unique-upload-id')
  if (!uploadId) throw missing('X-Unique-Upload-Id')
  const id = `upload/${uploadId}` // never the name of a property that every object has
  const range = rangeOf(header, part.size)
  const isLast = range.total === range.end + 1
  if (!isLast && part.size < settings.minChunkBytes) {
    throw invalid('All parts except EOF-chunk must be larger than 5mb')
  }
  const size = Math.max(range.end + 1, range.total ?? 0)
  if (size > mostBytes) throw invalid(`File size too large. Got ${size}. Maximum is ${mostBytes}.`)

  const blob = await blobs.put(part.bytes)
  // From here to the commit nothing else happens.
  const earlier = range.start === 0 ? undefined : store.state.cloudinary.chunked[id]
  const before = chunksBefore(range.start, earlier)
  if (!before) {
    await blobs.remove(blob)
    throw notInSandbox(`a chunk that does not follow the one before: ${header}`)
  }
  const startedAtMs = earlier?.startedAtMs ?? clock.now()
  const record: ChunkedUpload = { startedAtMs, chunks: [...before, { blob, bytes: part.size }] }
  const dropped = [...forget(context, clock.now() - cloudinaryLimits.unfinishedMs), ...replacedBy(record)]
  if (!isLast) {
    store.commit({ type: 'cloudinarySet', table: 'chunked', id, record })
    return { answer: ok({ done: false, bytes: range.end + 1 }, { unused: dropped }) }
  }
  const parts = await Promise.all(record.chunks.map((chunk) => blobs.read(chunk.blob)))
  store.commit({ type: 'cloudinaryDeleted', table: 'chunked', id })
  const bytes = Buffer.concat(parts)
  return {
    file: { ...part, bytes, size: bytes.length },
    unused: [...dropped, ...record.chunks.map((chunk) => chunk.blob)],
  }

  /** A chunk that came again, or a new beginning, takes the place of what was there. */
  function replacedBy({ chunks }: ChunkedUpload): string[] {
    const kept = new Set(chunks.map((chunk) => chunk.blob))
    const old = store.state.cloudinary.chunked[id]?.chunks ?? []
    return old.map((chunk) => chunk.blob).filter((name) => !kept.has(name))
  }
}

/** The chunks in front of `start`; undefined if there is no such place. The last one may come again. */
function chunksBefore(start: number, upload: ChunkedUpload | undefined): ChunkedUpload['chunks'] | undefined {
  const chunks = upload?.chunks ?? []
  const end = chunks.reduce((sum, { bytes }) => sum + bytes, 0)
  if (start === end) return chunks
  return start === end - (chunks.at(-1)?.bytes ?? 0) ? chunks.slice(0, -1) : undefined
}

/** Forgets chunked uploads that began before `ms` and were never finished. Returns their bytes' names. */
function forget({ store }: CloudinaryContext, ms: number): string[] {
  const old = Object.entries(store.state.cloudinary.chunked).filter(([, { startedAtMs }]) => startedAtMs < ms)
  if (old.length > 0) {
    store.commit(...old.map(([id]) => ({ type: 'cloudinaryDeleted', table: 'chunked', id }) as const))
  }
  return old.flatMap(([, { chunks }]) => chunks.map(({ blob }) => blob))
}

function rangeOf(header: string, bytes: number): Range {
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(-1|\*|\d+)$/.exec(header) ?? []
  const range = {
    start: Number(start),
    end: Number(end),
    total: total === '-1' || total === '*' ? undefined : Number(total),
  }
  const isRight = range.end - range.start + 1 === bytes && !((range.total ?? Infinity) <= range.end)
  if (!isRight) throw invalid(`Invalid Content-Range: ${header} for ${bytes} bytes`)
  return range
}
