import { decode } from '../bson/decode.js'
import { encode, type Encodable } from '../bson/encode.js'
import { CommandError } from '../errors.js'
import { document, type Doc, type Value } from '../bson/value.js'

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013
const HEADER_BYTES = 16

const CHECKSUM_PRESENT = 1 << 0
const MORE_TO_COME = 1 << 1
/** Bits below this one must be understood by whoever reads the message. */
const OPTIONAL_BITS = 1 << 16

/** A request off the wire. */
export interface Message {
  requestId: number
  /** The command, the documents of its document sequences included; the error if it could not be read. */
  body: Doc | CommandError
  /** False where the sender does not want an answer (`w: 0`). */
  wantsReply: boolean
  isLegacy: boolean
}

/** Reads one whole message. Throws a `CommandError` for what is no message of this protocol. */
export function parseMessage(bytes: Buffer): Message {
  const requestId = bytes.readInt32LE(4)
  const opCode = bytes.readInt32LE(12)
  if (opCode === OP_MSG) return parseOpMsg(bytes, requestId)
  if (opCode === OP_QUERY) return parseOpQuery(bytes, requestId)
  throw new CommandError('CommandNotSupported', `the operation code ${opCode} is not supported`)
}

/** Writes the answer to a request. */
export function formatReply(request: Message, body: Map<string, Encodable>, requestId: number): Buffer {
  const document = encode(body)
  const head = Buffer.alloc(HEADER_BYTES + (request.isLegacy ? 20 : 5))
  head.writeInt32LE(head.length + document.length, 0)
  head.writeInt32LE(requestId, 4)
  head.writeInt32LE(request.requestId, 8)
  head.writeInt32LE(request.isLegacy ? OP_REPLY : OP_MSG, 12)
  // OP_REPLY: responseFlags AwaitCapable (8), no cursor, one document. OP_MSG: no flags, a section of kind 0.
  if (request.isLegacy) {
    head.writeInt32LE(8, HEADER_BYTES)
    head.writeInt32LE(1, HEADER_BYTES + 16)
  }
  return Buffer.concat([head, document])
}

function parseOpMsg(bytes: Buffer, requestId: number): Message {
  const flags = bytes.readUInt32LE(HEADER_BYTES)
  const wantsReply = (flags & MORE_TO_COME) === 0
  const unknown = flags & (OPTIONAL_BITS - 1) & ~(CHECKSUM_PRESENT | MORE_TO_COME)
  if (unknown !== 0)
    throw new CommandError('IllegalOpMsgFlag', `OP_MSG has unknown required flag bits: ${unknown}`)
  const end = bytes.length - (flags & CHECKSUM_PRESENT ? 4 : 0)
  return { requestId, body: readSections(bytes.subarray(0, end)), wantsReply, isLegacy: false }
}

function readSections(bytes: Buffer): Doc | CommandError {
  try {
    let body: Doc | undefined
    const sequences: [name: string, docs: Value[]][] = []
    for (let at = HEADER_BYTES + 4; at < bytes.length;) {
      const kind = bytes[at++]
      if (kind === 0) {
        const section = decode(bytes, at)
        body = section.doc
        at = section.end
      } else if (kind === 1) {
        const end = at + bytes.readInt32LE(at)
        sequences.push(readSequence(bytes, at + 4, end))
        at = end
      } else throw new CommandError(40432, `Unknown section kind ${kind}`)
    }
    if (!body) throw new CommandError(40587, 'OP_MSG messages must have a body')
    for (const [name, docs] of sequences) body.set(name, docs)
    return body
  } catch (err) {
    if (err instanceof CommandError) return err
    return new CommandError(
      'InvalidBSON',
      `invalid message: ${err instanceof Error ? err.message : String(err)}`,
    )
  }
}

function readSequence(bytes: Buffer, start: number, end: number): [string, Value[]] {
  const nameEnd = bytes.indexOf(0, start)
  const docs: Value[] = []
  for (let at = nameEnd + 1; at < end;) {
    const { doc, end: next } = decode(bytes, at)
    docs.push(doc)
    at = next
  }
  return [bytes.toString('utf8', start, nameEnd), docs]
}

/** The old form that drivers still use for the first handshake: a query on "admin.$cmd". */
function parseOpQuery(bytes: Buffer, requestId: number): Message {
  const nameEnd = bytes.indexOf(0, HEADER_BYTES + 4)
  const namespace = bytes.toString('utf8', HEADER_BYTES + 4, nameEnd)
  const { doc } = decode(bytes, nameEnd + 1 + 8)
  const [name = ''] = doc.keys()
  const isHandshake = ['hello', 'ismaster', 'isMaster'].includes(name) && namespace.endsWith('.$cmd')
  const body = isHandshake
    ? new Map([...doc, ...document({ $db: namespace.slice(0, -'.$cmd'.length) })])
    : new CommandError(
        'UnsupportedOpQueryCommand',
        `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`,
      )
  return { requestId, body, wantsReply: true, isLegacy: true }
}
