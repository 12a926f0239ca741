import { crc32 } from 'node:zlib'
import { decode } from '../bson/decode.js'
import { encode } from '../bson/encode.js'
import type { Doc } from '../bson/value.js'

/** A change, and the document that it put. */
export interface Change {
  change: Doc
  bytes: Buffer
}

/** Length of the payload, its checksum, and the checksum of the two: 4 bytes each. */
const HEADER_BYTES = 12

/** One record: a header, the change, and the bytes of the document it put. */
export function formatRecord(change: Doc, bytes: Buffer = Buffer.alloc(0)): Buffer[] {
  const what = encode(change)
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  header.writeUInt32LE(what.length + bytes.length, 0)
  header.writeUInt32LE(crc32(bytes, crc32(what)), 4)
  header.writeUInt32LE(crc32(header.subarray(0, 8)), 8)
  return [header, what, bytes]
}

/** What was read: the changes, where the last whole record ends, and where a damaged one begins if there is one. */
export interface Records {
  changes: Change[]
  end: number
  damagedAt?: number
}

/**
 * Reads the records of a journal. The last write may have been torn off by a crash; it was not acknowledged and
 * is left out. Anything else that does not fit its checksum is damage.
 */
export function readRecords(journal: Buffer): Records {
  const changes: Change[] = []
  let at = 0
  while (at + HEADER_BYTES <= journal.length) {
    const header = journal.subarray(at, at + HEADER_BYTES)
    if (crc32(header.subarray(0, 8)) !== header.readUInt32LE(8) || header.readUInt32LE(0) === 0) {
      // A file system may have made the file longer before the power went, but not written what is in there.
      const isBlank = journal.subarray(at).every((byte) => byte === 0)
      return { changes, end: at, ...(isBlank ? {} : { damagedAt: at }) }
    }
    const end = at + HEADER_BYTES + header.readUInt32LE(0)
    if (end > journal.length) break
    const payload = journal.subarray(at + HEADER_BYTES, end)
    if (crc32(payload) !== header.readUInt32LE(4)) {
      return { changes, end: at, ...(end === journal.length ? {} : { damagedAt: at }) }
    }
    const { doc, end: changeEnd } = decode(payload)
    changes.push({ change: doc, bytes: payload.subarray(changeEnd) })
    at = end
  }
  return { changes, end: at }
}
