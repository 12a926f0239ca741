import { BSON, Decimal128, Double, Int32, Long, ObjectId } from 'bson'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareValues } from '../../src/mongo/bson/compare.js'
import { decode } from '../../src/mongo/bson/decode.js'
import { encode } from '../../src/mongo/bson/encode.js'
import type { Doc, Value } from '../../src/mongo/bson/value.js'
import { Deadline } from '../../src/mongo/deadline.js'
import { parseFilter } from '../../src/mongo/query/filter.js'
import { select } from '../../src/mongo/query/select.js'
import { parseSort } from '../../src/mongo/query/sort.js'
import { Catalog } from '../../src/mongo/storage/catalog.js'
import { parseIndexSpec } from '../../src/mongo/storage/index-spec.js'
import { SortedList } from '../../src/mongo/storage/sorted-list.js'
import { CommandError } from '../../src/mongo/errors.js'

const scalar = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }).map((value): Value => value) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Value>(
      2n,
      new Double(2.5),
      new Double(3),
      new Double(NaN),
      Decimal128.fromString('3.0'),
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom<Value>(null, 'a', 'b', '', true, new Date(5)) },
)
const leaf = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(fc.array(scalar, { maxLength: 2 }), { maxLength: 2 }) },
)
const inner = record({ x: leaf, y: leaf })
const field = fc.oneof(
  { weight: 5, arbitrary: leaf },
  { weight: 2, arbitrary: inner },
  { weight: 3, arbitrary: fc.array(fc.oneof(inner, scalar), { maxLength: 3 }) },
)
const docs = fc.array(record({ a: field, b: leaf, c: scalar }), { maxLength: 25 })

const path = fc.constantFrom('a', 'b', 'c', 'a.x', 'a.y', '_id')
const operand = fc.oneof({ weight: 6, arbitrary: scalar }, { weight: 1, arbitrary: leaf })
const operators = fc.oneof(
  operand,
  record({ $gt: operand }),
  record({ $gte: operand, $lt: operand }),
  record({ $lte: operand }),
  fc.array(operand, { maxLength: 3 }).map((values): Value => new Map([['$in', values]])),
  operand.map((value): Value => new Map([['$ne', value]])),
  fc.boolean().map((value): Value => new Map([['$exists', value]])),
  fc.tuple(operand, operand).map(
    ([low, high]): Value =>
      new Map([
        [
          '$elemMatch',
          new Map([
            ['$gte', low],
            ['$lte', high],
          ]),
        ],
      ]),
  ),
  record({ x: scalar, y: scalar }).map((query): Value => new Map([['$elemMatch', query]])),
)
const conditions = fc.array(fc.tuple(path, operators), { maxLength: 3 }).map((list): Doc => new Map(list))
const filters = fc.oneof(
  { weight: 4, arbitrary: conditions },
  {
    weight: 1,
    arbitrary: fc.array(conditions, { minLength: 1, maxLength: 3 }).map((of): Doc => new Map([['$or', of]])),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(conditions, conditions).map(([one, two]): Doc => new Map([['$and', [one, two]]])),
  },
)
const direction = fc.constantFrom(1, -1)
const keyPattern = fc
  .uniqueArray(path, { minLength: 1, maxLength: 3 })
  .chain((paths) =>
    fc
      .tuple(...paths.map(() => direction))
      .map((directions): Doc => new Map(paths.map((name, at) => [name, directions[at]!]))),
  )
const options = fc.constantFrom<Record<string, Value>>(
  {},
  { sparse: true },
  { partialFilterExpression: new Map([['c', new Map([['$gt', 1]])]]) },
  { partialFilterExpression: new Map([['b', new Map([['$exists', true]])]]) },
)
// The _id index takes no options.
const index = fc
  .tuple(keyPattern, options)
  .map(([key, extra]) => [key, key.size === 1 && key.has('_id') ? {} : extra] as const)
const indexes = fc.array(index, { minLength: 1, maxLength: 3 })

function record(model: Record<string, fc.Arbitrary<Value>>): fc.Arbitrary<Doc> {
  return fc
    .record(model, { requiredKeys: [] })
    .map((fields) => new Map(Object.entries(fields) as [string, Value][]))
}

function collectionOf(list: Doc[], specs: readonly (readonly [Doc, Record<string, Value>])[]) {
  const collection = new Catalog().create('db', `c`)
  specs.forEach(([key, extra], at) => {
    collection.createIndex(
      parseIndexSpec(new Map<string, Value>([['key', key], ['name', `i${at}`], ...Object.entries(extra)])),
    )
  })
  const refused = list.map((doc, _id) => {
    try {
      collection.insert(new Map([['_id', _id], ...doc]))
      return false
    } catch (err) {
      // Two arrays in one compound key: refused, as it should be.
      if (err instanceof CommandError && err.codeName === 'CannotIndexParallelArrays') return true
      throw err
    }
  })
  return { collection, refused }
}

// Small numbers in arrays, and ranges over them: where an index that holds elements is easily taken at its word.
const small = fc.integer({ min: 0, max: 4 })
const several = fc.oneof(small, fc.array(small, { minLength: 1, maxLength: 3 }))
const pairs = fc.array(record({ x: small, y: small }), { minLength: 1, maxLength: 3 })
const arrayDocs = fc.array(fc.oneof(record({ a: pairs, c: small }), record({ b: several, c: small })), {
  minLength: 5,
  maxLength: 25,
})
const ranges = fc.oneof(
  small,
  record({ $gt: small, $lt: small }),
  fc.tuple(small, small).map(
    ([low, high]): Value =>
      new Map([
        ['$gte', low],
        ['$lte', high],
      ]),
  ),
)
const arrayPath = fc.constantFrom('a.x', 'a.y', 'b', 'c')
const arrayFilters = fc
  .array(fc.tuple(arrayPath, ranges), { minLength: 1, maxLength: 3 })
  .map((list): Doc => new Map(list))
const arrayKeys = fc
  .uniqueArray(arrayPath, { minLength: 1, maxLength: 3 })
  .chain((paths) =>
    fc
      .tuple(...paths.map(() => direction))
      .map((directions): Doc => new Map(paths.map((name, at) => [name, directions[at]!]))),
  )

test.each([
  ['all kinds of values', docs, indexes, filters],
  [
    'arrays',
    arrayDocs,
    fc.array(
      arrayKeys.map((key) => [key, {}] as const),
      { minLength: 1, maxLength: 1 },
    ),
    arrayFilters,
  ],
] as const)(
  'a query finds the same documents with and without indexes: %s',
  (_name, docs, indexes, filters) => {
    fc.assert(
      fc.property(docs, indexes, filters, fc.option(keyPattern), (list, specs, query, sort) => {
        const { collection: indexed, refused } = collectionOf(list, specs)
        const { collection: plain } = collectionOf(
          list.map((doc, at) => (refused[at] ? new Map() : doc)),
          [],
        )
        refused.forEach((is, at) => is && plain.remove(plain.byId(at)!))
        const run = (collection: typeof plain) => {
          const fields = parseSort(sort ?? new Map())
          try {
            return select(collection, {
              filter: parseFilter(query),
              sort: fields,
              deadline: new Deadline(0),
            }).map(({ doc }) => doc.get('_id'))
          } catch (err) {
            if (err instanceof CommandError) return err.message
            throw err
          }
        }
        const [one, other] = [run(indexed), run(plain)]
        if (typeof other === 'string') return
        expect([...one].sort()).toEqual([...other].sort())
      }),
      { numRuns: 3000 },
    )
  },
)

test.each([
  ['all kinds of values', docs, indexes, filters, keyPattern],
  ['arrays', arrayDocs, fc.constant([]), arrayFilters, arrayKeys],
] as const)(
  'a sort gives one order with and without indexes: %s',
  (_name, docs, indexes, filters, keyPattern) => {
    fc.assert(
      fc.property(
        docs,
        indexes,
        filters,
        keyPattern,
        fc.nat(5),
        fc.integer({ min: 1, max: 8 }),
        (list, specs, query, sort, skip, limit) => {
          // With the _id in the end there are no ties.
          const total = new Map([...sort, ['_id', sort.get('_id') ?? 1]])
          const { collection: indexed, refused } = collectionOf(list, [...specs, [total, {}]])
          const kept = list.filter((_doc, at) => !refused[at])
          const plain = collectionOf([], []).collection
          list.forEach((doc, at) => !refused[at] && plain.insert(new Map([['_id', at], ...doc])))
          const run = (collection: typeof plain) =>
            select(collection, {
              filter: parseFilter(query),
              sort: parseSort(total),
              skip,
              limit,
              deadline: new Deadline(0),
            }).map(({ doc }) => doc.get('_id'))
          expect(plain.documents.size).toBe(kept.length)
          expect(run(indexed)).toEqual(run(plain))
        },
      ),
      { numRuns: 2000 },
    )
  },
)

test('values are in one total order', () => {
  fc.assert(
    fc.property(field, field, field, (a, b, c) => {
      const sign = (x: Value, y: Value) => Math.sign(compareValues(x, y))
      expect(sign(a, b)).toBe(-sign(b, a) || 0)
      expect(sign(a, a)).toBe(0)
      if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0)
    }),
    { numRuns: 3000 },
  )
})

test('BSON comes out byte by byte as it went in', () => {
  const value = fc.oneof(
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.date({ noInvalidDate: true }),
    fc.integer().map((one) => new Int32(one)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((one) => Long.fromBigInt(one)),
    fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  )
  const { doc } = fc.letrec<{ doc: Map<string, unknown>; node: unknown }>((tie) => ({
    doc: fc
      .array(
        fc.tuple(
          fc.string().filter((name) => !name.includes('\0')),
          tie('node'),
        ),
        { maxLength: 5 },
      )
      .map((pairs) => new Map(pairs)),
    node: fc.oneof({ depthSize: 'small' }, value, fc.array(value, { maxLength: 3 }), tie('doc')),
  }))
  fc.assert(
    fc.property(doc, (source) => {
      const bytes = Buffer.from(BSON.serialize(source as unknown as BSON.Document))
      expect(encode(decode(bytes).doc).equals(bytes)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('a sorted list is the same as an array that is sorted every time', () => {
  const operation = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 3000 }))
  fc.assert(
    fc.property(
      fc.array(operation, { minLength: 1000, maxLength: 4000 }),
      fc.integer({ min: 0, max: 3000 }),
      (operations, from) => {
        const list = new SortedList<number>((a, b) => a - b)
        const model = new Set<number>()
        for (const [adds, value] of operations) {
          if (adds && !model.has(value)) list.add(value)
          if (!adds) list.delete(value)
          if (adds) model.add(value)
          else model.delete(value)
        }
        const sorted = [...model].sort((a, b) => a - b)
        expect(list.size).toBe(sorted.length)
        expect([
          ...list.ascend(
            (item) => item < from,
            () => true,
          ),
        ]).toEqual(sorted.filter((item) => item >= from))
        expect([
          ...list.descend(
            (item) => item <= from,
            () => true,
          ),
        ]).toEqual(sorted.filter((item) => item <= from).reverse())
      },
    ),
    { numRuns: 30 },
  )
})
