import { Binary, BSONRegExp, Code, Decimal128, Double, MinKey, ObjectId, Timestamp } from 'bson'
import type { Value } from './value.js'

/** A document that is encoded already; it is copied as it stands. */
export class EncodedDoc {
  readonly bytes: Buffer
  constructor(bytes: Buffer) {
    this.bytes = bytes
  }
}

/** What can be encoded: values, and ready-made documents where a document may stand. */
export type Encodable = Value | EncodedDoc | Map<string, Encodable> | Encodable[]

/** Writes a document as BSON into a buffer of its own. */
export function encode(doc: Map<string, Encodable>): Buffer {
  at = 0
  writeDocument(doc.entries())
  // One huge answer must not keep its megabytes for ever.
  const bytes = Buffer.from(scratch.subarray(0, at))
  if (scratch.length > 4 * INITIAL) scratch = Buffer.allocUnsafe(INITIAL)
  return bytes
}

const INITIAL = 1 << 18
// Encoding is synchronous and never re-entrant: one scratch buffer serves all.
let scratch = Buffer.allocUnsafe(INITIAL)
let at = 0

function writeDocument(entries: Iterable<[string | number, Encodable]>): void {
  const start = reserve(4)
  for (const [name, value] of entries) {
    const type = reserve(1)
    writeCString(String(name))
    const code = writeValue(value)
    scratch[type] = code
  }
  writeByte(0)
  scratch.writeInt32LE(at - start, start)
}

/** Writes the value and returns its type byte. */
function writeValue(value: Encodable): number {
  switch (typeof value) {
    case 'string':
      writeString(value)
      return 2
    case 'boolean':
      writeByte(Number(value))
      return 8
    case 'number':
      // Throws on anything that is no int32: a double that got here by mistake must not be cut.
      if (!Number.isInteger(value)) throw new TypeError(`${value} is no int32`)
      writeInt32(value)
      return 16
    case 'bigint':
      writeInt64(value)
      return 18
    default:
      return value === null ? 10 : writeObject(value)
  }
}

function writeObject(value: Exclude<Encodable, null | boolean | string | number | bigint>): number {
  if (value instanceof Map) {
    writeDocument(value.entries())
    return 3
  }
  if (Array.isArray(value)) {
    writeDocument(value.entries())
    return 4
  }
  if (value instanceof EncodedDoc) {
    writeBytes(value.bytes)
    return 3
  }
  if (value instanceof ObjectId) {
    writeBytes(value.id)
    return 7
  }
  if (value instanceof Date) {
    writeInt64(BigInt(value.getTime()))
    return 9
  }
  if (value instanceof Double) {
    const start = reserve(8)
    scratch.writeDoubleLE(value.value, start)
    return 1
  }
  if (value instanceof Decimal128) {
    writeBytes(value.bytes)
    return 19
  }
  if (value instanceof Binary) {
    writeBinary(value)
    return 5
  }
  if (value instanceof Timestamp) {
    const start = reserve(8)
    scratch.writeUInt32LE(value.i, start)
    scratch.writeUInt32LE(value.t, start + 4)
    return 17
  }
  if (value instanceof BSONRegExp) {
    writeCString(value.pattern)
    writeCString(value.options)
    return 11
  }
  if (value instanceof Code) {
    writeString(String(value.code))
    return 13
  }
  return value instanceof MinKey ? 255 : 127
}

function writeBinary(value: Binary): void {
  const bytes = value.value()
  const inner = value.sub_type === 2 ? 4 : 0
  writeInt32(bytes.length + inner)
  writeByte(value.sub_type)
  if (inner) writeInt32(bytes.length)
  writeBytes(bytes)
}

function writeString(text: string): void {
  const start = reserve(4)
  writeCString(text)
  scratch.writeInt32LE(at - start - 4, start)
}

function writeCString(text: string): void {
  // UTF-8 needs three bytes for one UTF-16 unit at the most.
  const start = reserve(text.length * 3 + 1)
  at = start + scratch.write(text, start)
  scratch[at++] = 0
}

function writeBytes(bytes: Uint8Array): void {
  const start = reserve(bytes.length)
  scratch.set(bytes, start)
}

function writeByte(value: number): void {
  const start = reserve(1)
  scratch[start] = value
}

function writeInt32(value: number): void {
  const start = reserve(4)
  scratch.writeInt32LE(value, start)
}

function writeInt64(value: bigint): void {
  const start = reserve(8)
  scratch.writeBigInt64LE(value, start)
}

/** Makes room. It may replace `scratch`, so it is never called inside an expression that has read `scratch` already. */
function reserve(length: number): number {
  const start = at
  at += length
  if (at > scratch.length) {
    const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, at))
    scratch.copy(larger, 0, 0, start)
    scratch = larger
  }
  return start
}
