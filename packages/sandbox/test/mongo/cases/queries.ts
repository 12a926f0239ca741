import { Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, type Document } from 'mongodb'

/** A query and the `_id`s that it finds among its documents; or the code that it is refused with. */
export interface QueryCase {
  name: string
  docs: Document[]
  filter: Document
  finds?: unknown[]
  refusedWith?: number
}

const numbers = [
  { _id: 'int', a: new Int32(5) },
  { _id: 'long', a: Long.fromNumber(5) },
  { _id: 'double', a: new Double(5) },
  { _id: 'decimal', a: Decimal128.fromString('5') },
  { _id: 'string', a: '5' },
  { _id: 'nan', a: NaN },
]
const absent = [{ _id: 'null', a: null }, { _id: 'missing' }, { _id: 'empty', a: [] }, { _id: 'one', a: 1 }]
const lists = [
  { _id: 1, a: [1, 5, 10] },
  { _id: 2, a: [20] },
  { _id: 3, a: 5 },
  { _id: 4, a: [[1, 5]] },
  { _id: 5, a: [] },
]
const items = [
  {
    _id: 1,
    items: [
      { sku: 'a', n: 1 },
      { sku: 'b', n: 9 },
    ],
  },
  { _id: 2, items: [{ sku: 'a', n: 9 }] },
  { _id: 3, items: { sku: 'a', n: 9 } },
  { _id: 4, items: [] },
]
const texts = [
  { _id: 1, t: 'Alpha' },
  { _id: 2, t: 'beta\nALPHA' },
  { _id: 3, t: ['gamma', 'alphabet'] },
  { _id: 4, t: 7 },
  { _id: 5, t: 'end\n' },
]
const types = [
  { _id: 'min', a: new MinKey() },
  { _id: 'null', a: null },
  { _id: 'int', a: 1 },
  { _id: 'string', a: 'x' },
  { _id: 'object', a: { b: 1 } },
  { _id: 'oid', a: new ObjectId() },
  { _id: 'bool', a: true },
  { _id: 'date', a: new Date(0) },
  { _id: 'timestamp', a: new Timestamp({ t: 1, i: 1 }) },
  { _id: 'max', a: new MaxKey() },
]

/** How documents are matched. https://www.mongodb.com/docs/manual/reference/operator/query/ */
export const QUERY_CASES: QueryCase[] = [
  {
    name: 'finds a number whatever its type',
    docs: numbers,
    filter: { a: 5 },
    finds: ['int', 'long', 'double', 'decimal'],
  },
  { name: 'compares only values of one type', docs: numbers, filter: { a: { $gt: '4' } }, finds: ['string'] },
  {
    name: 'compares numbers of all types',
    docs: numbers,
    filter: { a: { $gte: Long.fromNumber(5) } },
    finds: ['int', 'long', 'double', 'decimal'],
  },
  { name: 'finds NaN by equality', docs: numbers, filter: { a: NaN }, finds: ['nan'] },
  { name: 'finds NaN by no comparison', docs: numbers, filter: { a: { $lt: 5 } }, finds: [] },
  { name: 'takes a missing field for null', docs: absent, filter: { a: null }, finds: ['null', 'missing'] },
  {
    name: 'takes a missing field for null in $in',
    docs: absent,
    filter: { a: { $in: [null, 1] } },
    finds: ['null', 'missing', 'one'],
  },
  { name: 'finds null by $gte', docs: absent, filter: { a: { $gte: null } }, finds: ['null', 'missing'] },
  { name: 'finds nothing greater than null', docs: absent, filter: { a: { $gt: null } }, finds: [] },
  {
    name: 'tells an empty array from a missing field',
    docs: absent,
    filter: { a: { $exists: true } },
    finds: ['null', 'empty', 'one'],
  },
  { name: 'finds what does not exist', docs: absent, filter: { a: { $exists: false } }, finds: ['missing'] },
  {
    name: 'finds by $ne also what has no such field',
    docs: absent,
    filter: { a: { $ne: 1 } },
    finds: ['null', 'missing', 'empty'],
  },
  {
    name: 'finds by $nin also what has no such field',
    docs: absent,
    filter: { a: { $nin: [1, null] } },
    finds: ['empty'],
  },
  {
    name: 'does not find null inside an empty array',
    docs: [
      { _id: 1, a: [] },
      { _id: 2, a: [{}] },
      { _id: 3, a: [1] },
    ],
    filter: { 'a.b': null },
    finds: [2],
  },
  { name: 'finds an element of an array', docs: lists, filter: { a: 5 }, finds: [1, 3] },
  { name: 'finds a whole array, and one inside an array', docs: lists, filter: { a: [1, 5] }, finds: [4] },
  {
    name: 'lets one element be above and another below',
    docs: lists,
    filter: { a: { $gt: 8, $lt: 3 } },
    finds: [1],
  },
  {
    name: 'asks one element for both with $elemMatch',
    docs: lists,
    filter: { a: { $elemMatch: { $gt: 8, $lt: 15 } } },
    finds: [1],
  },
  { name: 'counts elements with $size', docs: lists, filter: { a: { $size: 1 } }, finds: [2, 4] },
  { name: 'finds all of $all', docs: lists, filter: { a: { $all: [1, 10] } }, finds: [1] },
  { name: 'finds nothing by an empty $all', docs: lists, filter: { a: { $all: [] } }, finds: [] },
  { name: 'finds by position', docs: lists, filter: { 'a.1': 5 }, finds: [1] },
  { name: 'does not look into an array at a position', docs: lists, filter: { 'a.0': 1 }, finds: [1] },
  { name: 'negates with $not', docs: lists, filter: { a: { $not: { $gt: 4 } } }, finds: [4, 5] },
  { name: 'walks through arrays of documents', docs: items, filter: { 'items.sku': 'b' }, finds: [1] },
  {
    name: 'lets different documents of an array meet two conditions',
    docs: items,
    filter: { 'items.sku': 'a', 'items.n': 9 },
    finds: [1, 2, 3],
  },
  {
    name: 'asks one document for both with $elemMatch',
    docs: items,
    filter: { items: { $elemMatch: { sku: 'a', n: 9 } } },
    finds: [2],
  },
  {
    name: 'finds by $all with $elemMatch',
    docs: items,
    filter: { items: { $all: [{ $elemMatch: { sku: 'a' } }, { $elemMatch: { n: 9 } }] } },
    finds: [1, 2],
  },
  {
    name: 'compares documents field by field in order',
    docs: [
      { _id: 1, a: { x: 1, y: 2 } },
      { _id: 2, a: { y: 2, x: 1 } },
      { _id: 3, a: { x: 1 } },
    ],
    filter: { a: { x: 1, y: 2 } },
    finds: [1],
  },
  { name: 'matches a regular expression', docs: texts, filter: { t: /alpha/i }, finds: [1, 2, 3] },
  {
    name: 'matches $regex with $options',
    docs: texts,
    filter: { t: { $regex: '^alpha', $options: 'im' } },
    finds: [1, 2, 3],
  },
  { name: 'lets $ match before a last line feed', docs: texts, filter: { t: /end$/ }, finds: [5] },
  {
    name: 'takes regular expressions in $in',
    docs: texts,
    filter: { t: { $in: [/^Al/, 7] } },
    finds: [1, 4],
  },
  { name: 'negates a regular expression', docs: texts, filter: { t: { $not: /a/ } }, finds: [4, 5] },
  { name: 'finds by type', docs: types, filter: { a: { $type: 'date' } }, finds: ['date'] },
  {
    name: 'finds by a list of types',
    docs: types,
    filter: { a: { $type: ['number', 8] } },
    finds: ['int', 'bool'],
  },
  {
    name: 'finds everything above MinKey',
    docs: types,
    filter: { a: { $gt: new MinKey() } },
    finds: ['null', 'int', 'string', 'object', 'oid', 'bool', 'date', 'timestamp', 'max'],
  },
  {
    name: 'finds by remainder',
    docs: [
      { _id: 1, a: 12 },
      { _id: 2, a: 7 },
      { _id: 3, a: 7.9 },
      { _id: 4, a: '12' },
    ],
    filter: { a: { $mod: [5, 2] } },
    finds: [1, 2, 3],
  },
  { name: 'joins by $or', docs: lists, filter: { $or: [{ a: 20 }, { _id: 3 }] }, finds: [2, 3] },
  { name: 'excludes by $nor', docs: lists, filter: { $nor: [{ a: 20 }, { a: 5 }] }, finds: [4, 5] },
  {
    name: 'takes an expression',
    docs: [
      { _id: 1, a: 2, b: 1 },
      { _id: 2, a: 1, b: 2 },
      { _id: 3, b: 1 },
    ],
    filter: { $expr: { $gt: ['$a', '$b'] } },
    finds: [1],
  },
  { name: 'refuses an unknown operator', docs: [], filter: { a: { $foo: 1 } }, refusedWith: 2 },
  { name: 'refuses an unknown top level operator', docs: [], filter: { $foo: 1 }, refusedWith: 2 },
  { name: 'refuses an empty $or', docs: [], filter: { $or: [] }, refusedWith: 2 },
  { name: 'refuses $in without an array', docs: [], filter: { a: { $in: 1 } }, refusedWith: 2 },
]
