import { Binary, BSON, BSONRegExp, Code, Decimal128, Double, ObjectId, Timestamp } from 'bson'
import { expect, test } from 'vitest'
import { encode, EncodedDoc, type Encodable } from '../../src/mongo/bson/encode.js'

/** Where the buffer that all documents are written into has to grow. */
const BOUNDARY = 1 << 18

test('a document is encoded rightly wherever the buffer grows: inside of any value, of any type', () => {
  const values: Encodable[] = [
    'text',
    true,
    7,
    8n,
    null,
    new Double(2.5),
    new Date(5),
    new ObjectId('0123456789abcdef01234567'),
    Decimal128.fromString('3.0'),
    new Binary(Buffer.from('bytes')),
    new Binary(Buffer.from('old'), 2),
    new Timestamp({ t: 2, i: 1 }),
    new BSONRegExp('a', 'i'),
    new Code('f()'),
    new Map([['inner', ['list']]]),
    new EncodedDoc(Buffer.from(BSON.serialize({ ready: 1 }))),
  ]
  const tail = new Map(values.map((value, index) => [String.fromCharCode(97 + index), value]))
  const expected = Buffer.from(encode(tail)).subarray(4)
  for (let gap = 0; gap < expected.length + 20; gap++) {
    // A huge one makes the buffer small again.
    encode(new Map([['huge', new Binary(Buffer.alloc(8 * BOUNDARY))]]))
    const filler = new Binary(Buffer.alloc(BOUNDARY - expected.length - 20 + gap))
    const encoded = encode(new Map<string, Encodable>([['filler', filler], ...tail]))
    expect(encoded.readInt32LE(0)).toBe(encoded.length)
    expect(encoded.subarray(-expected.length).equals(expected), `with a gap of ${gap}`).toBe(true)
  }
  expect(() => BSON.deserialize(encode(tail))).not.toThrow()
})
