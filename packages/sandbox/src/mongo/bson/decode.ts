import { Binary, BSONRegExp, Code, Decimal128, Double, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import { CommandError } from '../errors.js'
import type { Doc, Value } from './value.js'

/** BSON deeper than this is refused, as by MongoDB (BSONDepth::kDefaultMaxAllowableDepth). */
const MAX_DEPTH = 200

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads the BSON document at `offset`; every byte of it is checked. Throws a `CommandError` (InvalidBSON). */
export function decode(bytes: Buffer, offset = 0): { doc: Doc; end: number } {
  try {
    return readDocument(bytes, offset, 0)
  } catch (err) {
    if (err instanceof CommandError) throw err
    throw invalid(err instanceof Error ? err.message : String(err))
  }
}

function readDocument(bytes: Buffer, start: number, depth: number): { doc: Doc; end: number } {
  if (depth > MAX_DEPTH) {
    throw new CommandError('Overflow', `BSONObj exceeds maximum nested object depth: ${MAX_DEPTH}`)
  }
  const end = start + bytes.readInt32LE(start)
  if (end > bytes.length || end < start + 5 || bytes[end - 1] !== 0) {
    throw invalid(`bad length at offset ${start}`)
  }
  const doc: Doc = new Map()
  const reader = { bytes, at: start + 4, depth }
  while (reader.at < end - 1) {
    const type = reader.bytes.readInt8(reader.at++)
    const name = readCString(reader)
    // MongoDB keeps a field that is there twice; a Map cannot, so that is refused rather than changed.
    if (doc.has(name)) throw invalid(`the field '${name}' is there twice`)
    doc.set(name, readValue(reader, type))
  }
  if (reader.at !== end - 1) throw invalid(`bad length at offset ${start}`)
  return { doc, end }
}

interface Reader {
  bytes: Buffer
  at: number
  depth: number
}

function readValue(reader: Reader, type: number): Value {
  const { bytes } = reader
  switch (type) {
    case 1:
      return new Double(bytes.readDoubleLE(skip(reader, 8)))
    case 2:
      return readString(reader)
    case 3:
    case 4: {
      const { doc, end } = readDocument(bytes, reader.at, reader.depth + 1)
      reader.at = end
      return type === 3 ? doc : [...doc.values()]
    }
    case 5:
      return readBinary(reader)
    case 7: {
      const at = skip(reader, 12)
      return new ObjectId(Uint8Array.prototype.slice.call(bytes, at, at + 12))
    }
    case 8:
      return bytes[skip(reader, 1)] !== 0
    case 9:
      return readDate(bytes.readBigInt64LE(skip(reader, 8)))
    case 10:
      return null
    case 11:
      return new BSONRegExp(readCString(reader), readCString(reader))
    case 13:
      return new Code(readString(reader))
    case 16:
      return bytes.readInt32LE(skip(reader, 4))
    case 17: {
      const at = skip(reader, 8)
      return new Timestamp({ t: bytes.readUInt32LE(at + 4), i: bytes.readUInt32LE(at) })
    }
    case 18:
      return bytes.readBigInt64LE(skip(reader, 8))
    case 19: {
      const at = skip(reader, 16)
      return new Decimal128(Uint8Array.prototype.slice.call(bytes, at, at + 16))
    }
    case -1:
      return new MinKey()
    case 127:
      return new MaxKey()
    default:
      throw invalid(`the type ${type} is deprecated or unknown and is not supported`)
  }
}

function skip(reader: Reader, length: number): number {
  const { at } = reader
  reader.at += length
  if (reader.at > reader.bytes.length) throw invalid('a value is cut off')
  return at
}

function readCString(reader: Reader): string {
  const end = reader.bytes.indexOf(0, reader.at)
  if (end < 0) throw invalid('a name has no end')
  const text = readUtf8(reader.bytes, reader.at, end)
  reader.at = end + 1
  return text
}

function readString(reader: Reader): string {
  const length = reader.bytes.readInt32LE(skip(reader, 4))
  const at = skip(reader, length)
  if (length < 1 || reader.bytes[reader.at - 1] !== 0) throw invalid('a string has no end')
  return readUtf8(reader.bytes, at, reader.at - 1)
}

function readUtf8(bytes: Buffer, start: number, end: number): string {
  // Short ASCII text, which nearly all names and values are, is read faster without the decoder.
  if (end - start < 32) {
    let text = ''
    let at = start
    for (; at < end && bytes[at]! < 0x80; at++) text += String.fromCharCode(bytes[at]!)
    if (at === end) return text
  }
  return utf8.decode(bytes.subarray(start, end))
}

function readBinary(reader: Reader): Binary {
  const length = reader.bytes.readInt32LE(skip(reader, 4))
  if (length < 0) throw invalid('a binary has a negative length')
  const subtype = reader.bytes[skip(reader, 1)]!
  const at = skip(reader, length)
  // Subtype 2 has its length a second time inside.
  const from = subtype === 2 ? at + 4 : at
  return new Binary(Uint8Array.prototype.slice.call(reader.bytes, from, at + length), subtype)
}

function readDate(ms: bigint): Date {
  const date = new Date(Number(ms))
  if (Number.isNaN(date.getTime())) throw invalid(`the date ${ms} is beyond what JavaScript can hold`)
  return date
}

function invalid(what: string): CommandError {
  return new CommandError('InvalidBSON', `invalid BSON: ${what}`)
}
