import { Decimal128, Double, Int32, Long, type Document } from 'mongodb'

/** An update of one document; or the code that it is refused with. */
export interface UpdateCase {
  name: string
  before: Document
  update: Document
  after?: Document
  filter?: Document
  arrayFilters?: Document[]
  /** Whether the document counts as modified. Default: whether `after` differs. */
  refusedWith?: number
}

const MAX_INT = 2 ** 31 - 1

/** What updates do. https://www.mongodb.com/docs/manual/reference/operator/update/ */
export const UPDATE_CASES: UpdateCase[] = [
  {
    name: '$set makes the documents on its way',
    before: {},
    update: { $set: { 'a.b.c': 1 } },
    after: { a: { b: { c: 1 } } },
  },
  {
    name: '$set adds fields in the order of their names',
    before: {},
    update: { $set: { c: 1, a: 2, 10: 3, 9: 4 } },
    after: { 9: 4, 10: 3, a: 2, c: 1 },
  },
  {
    name: '$set fills an array up with null',
    before: { a: [1] },
    update: { $set: { 'a.3': 4 } },
    after: { a: [1, null, null, 4] },
  },
  {
    name: '$set of the same value changes nothing',
    before: { a: 1 },
    update: { $set: { a: 1 } },
    after: { a: 1 },
  },
  {
    name: '$set is refused below a number',
    before: { a: 1 },
    update: { $set: { 'a.b': 1 } },
    refusedWith: 28,
  },
  {
    name: '$set is refused at a name in an array',
    before: { a: [1] },
    update: { $set: { 'a.b': 1 } },
    refusedWith: 28,
  },
  {
    name: '$unset removes a field',
    before: { a: 1, b: { c: 1, d: 2 } },
    update: { $unset: { a: '', 'b.c': '' } },
    after: { b: { d: 2 } },
  },
  {
    name: '$unset leaves null in an array',
    before: { a: [1, 2] },
    update: { $unset: { 'a.0': '' } },
    after: { a: [null, 2] },
  },
  { name: '$inc makes a missing field', before: {}, update: { $inc: { n: 5 } }, after: { n: 5 } },
  {
    name: '$inc goes beyond int32 into int64',
    before: { n: new Int32(MAX_INT) },
    update: { $inc: { n: new Int32(1) } },
    after: { n: Long.fromNumber(2 ** 31) },
  },
  {
    name: '$inc of an int by a double gives a double',
    before: { n: new Int32(1) },
    update: { $inc: { n: 0.5 } },
    after: { n: 1.5 },
  },
  {
    name: '$inc keeps decimals exact',
    before: { n: Decimal128.fromString('0.1') },
    update: { $inc: { n: Decimal128.fromString('0.2') } },
    after: { n: Decimal128.fromString('0.3') },
  },
  {
    name: '$inc is refused beyond int64',
    before: { n: Long.MAX_VALUE },
    update: { $inc: { n: Long.fromNumber(1) } },
    refusedWith: 2,
  },
  { name: '$inc is refused on a string', before: { n: 'x' }, update: { $inc: { n: 1 } }, refusedWith: 14 },
  { name: '$inc is refused by a string', before: { n: 1 }, update: { $inc: { n: 'x' } }, refusedWith: 14 },
  {
    name: '$mul makes a missing field zero',
    before: {},
    update: { $mul: { n: new Double(2) } },
    after: { n: new Double(0) },
  },
  { name: '$mul multiplies', before: { n: 3 }, update: { $mul: { n: 4 } }, after: { n: 12 } },
  {
    name: '$min keeps the lesser',
    before: { a: 5, b: 5 },
    update: { $min: { a: 3, b: 9 } },
    after: { a: 3, b: 5 },
  },
  {
    name: '$max compares types in their order',
    before: { a: 5, b: 'x' },
    update: { $max: { a: 'y', b: 9 } },
    after: { a: 'y', b: 'x' },
  },
  {
    name: '$rename moves a field',
    before: { a: 1, b: 2 },
    update: { $rename: { a: 'c.d' } },
    after: { b: 2, c: { d: 1 } },
  },
  {
    name: '$rename of nothing does nothing',
    before: { b: 2 },
    update: { $rename: { a: 'b' } },
    after: { b: 2 },
  },
  { name: '$push makes an array', before: {}, update: { $push: { a: 1 } }, after: { a: [1] } },
  {
    name: '$push puts in, sorts and cuts',
    before: { a: [3, 1] },
    update: { $push: { a: { $each: [2, 0], $sort: 1, $slice: 3 } } },
    after: { a: [0, 1, 2] },
  },
  {
    name: '$push puts at a position',
    before: { a: [1, 2] },
    update: { $push: { a: { $each: [9], $position: 1 } } },
    after: { a: [1, 9, 2] },
  },
  {
    name: '$push counts a negative position from the end',
    before: { a: [1, 2] },
    update: { $push: { a: { $each: [9], $position: -1 } } },
    after: { a: [1, 9, 2] },
  },
  {
    name: '$push sorts by a field and keeps the last',
    before: { a: [{ n: 2 }] },
    update: { $push: { a: { $each: [{ n: 3 }, { n: 1 }], $sort: { n: 1 }, $slice: -2 } } },
    after: { a: [{ n: 2 }, { n: 3 }] },
  },
  { name: '$push is refused on a number', before: { a: 1 }, update: { $push: { a: 1 } }, refusedWith: 2 },
  {
    name: '$addToSet adds what is not there',
    before: { a: [1, 'x'] },
    update: { $addToSet: { a: { $each: [new Double(1), 'y', 'y'] } } },
    after: { a: [1, 'x', 'y'] },
  },
  {
    name: '$addToSet compares documents in order',
    before: { a: [{ x: 1, y: 1 }] },
    update: { $addToSet: { a: { y: 1, x: 1 } } },
    after: {
      a: [
        { x: 1, y: 1 },
        { y: 1, x: 1 },
      ],
    },
  },
  {
    name: '$pull removes by value',
    before: { a: [1, 2, 1] },
    update: { $pull: { a: 1 } },
    after: { a: [2] },
  },
  {
    name: '$pull removes by operators',
    before: { a: [1, 5, 9] },
    update: { $pull: { a: { $gte: 5 } } },
    after: { a: [1] },
  },
  {
    name: '$pull removes documents by a query',
    before: { a: [{ x: 1, y: 1 }, { x: 2 }] },
    update: { $pull: { a: { x: 1 } } },
    after: { a: [{ x: 2 }] },
  },
  {
    name: '$pullAll removes a list',
    before: { a: [1, 2, 3, 1] },
    update: { $pullAll: { a: [1, 3] } },
    after: { a: [2] },
  },
  {
    name: '$pop takes the last and the first',
    before: { a: [1, 2], b: [1, 2] },
    update: { $pop: { a: 1, b: -1 } },
    after: { a: [1], b: [2] },
  },
  { name: '$pop is refused on a number', before: { a: 1 }, update: { $pop: { a: 1 } }, refusedWith: 14 },
  {
    name: '$bit combines',
    before: { a: 13 },
    update: { $bit: { a: { and: new Int32(10), or: new Int32(1) } } },
    after: { a: 9 },
  },
  {
    name: '$setOnInsert leaves an existing document alone',
    before: { a: 1 },
    update: { $setOnInsert: { b: 1 } },
    after: { a: 1 },
  },
  {
    name: '$ updates the element that matched',
    before: { a: [1, 5, 5] },
    filter: { a: 5 },
    update: { $set: { 'a.$': 9 } },
    after: { a: [1, 9, 5] },
  },
  {
    name: '$ updates the document that $elemMatch found',
    before: {
      a: [
        { k: 1, v: 1 },
        { k: 2, v: 1 },
      ],
    },
    filter: { a: { $elemMatch: { k: 2 } } },
    update: { $inc: { 'a.$.v': 1 } },
    after: {
      a: [
        { k: 1, v: 1 },
        { k: 2, v: 2 },
      ],
    },
  },
  {
    name: '$ is refused without a match in an array',
    before: { a: [1] },
    update: { $set: { 'a.$': 9 } },
    refusedWith: 2,
  },
  {
    name: '$[] updates all elements',
    before: { a: [{ n: 1 }, { n: 2 }] },
    update: { $inc: { 'a.$[].n': 1 } },
    after: { a: [{ n: 2 }, { n: 3 }] },
  },
  {
    name: '$[id] updates the elements of its filter',
    before: { a: [1, 5, 9] },
    update: { $set: { 'a.$[big]': 0 } },
    arrayFilters: [{ big: { $gte: 5 } }],
    after: { a: [1, 0, 0] },
  },
  {
    name: '$[id] filters documents',
    before: {
      a: [
        { k: 1, v: 0 },
        { k: 2, v: 0 },
      ],
    },
    update: { $set: { 'a.$[e].v': 1 } },
    arrayFilters: [{ 'e.k': 2 }],
    after: {
      a: [
        { k: 1, v: 0 },
        { k: 2, v: 1 },
      ],
    },
  },
  {
    name: '$[id] is refused without a filter',
    before: { a: [1] },
    update: { $set: { 'a.$[x]': 0 } },
    refusedWith: 2,
  },
  {
    name: 'an array filter that is not used is refused',
    before: { a: [1] },
    update: { $set: { b: 0 } },
    arrayFilters: [{ x: 1 }],
    refusedWith: 9,
  },
  {
    name: 'two operators on one path are refused',
    before: {},
    update: { $set: { a: 1 }, $inc: { a: 1 } },
    refusedWith: 40,
  },
  {
    name: 'an operator above another is refused',
    before: {},
    update: { $set: { 'a.b': 1 }, $unset: { a: 1 } },
    refusedWith: 40,
  },
  { name: 'another _id is refused', before: {}, update: { $set: { _id: 2 } }, refusedWith: 66 },
  { name: 'an unknown operator is refused', before: {}, update: { $foo: { a: 1 } }, refusedWith: 9 },
  { name: 'an empty path is refused', before: {}, update: { $set: { '': 1 } }, refusedWith: 56 },
]
