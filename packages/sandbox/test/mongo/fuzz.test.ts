import { BSONRegExp, Decimal128, Double, MinKey, ObjectId } from 'bson'
import fc from 'fast-check'
import { test } from 'vitest'
import { encode } from '../../src/mongo/bson/encode.js'
import { document, type Doc, type Value } from '../../src/mongo/bson/value.js'
import { Cursors } from '../../src/mongo/cursors.js'
import { dispatch } from '../../src/mongo/dispatch.js'
import { Catalog } from '../../src/mongo/storage/catalog.js'

const QUERY =
  '$eq $ne $gt $in $nin $exists $type $size $mod $regex $options $all $elemMatch $not $and $or $nor $expr $comment'
const UPDATE =
  '$set $unset $setOnInsert $inc $mul $min $max $rename $currentDate $bit $push $addToSet $pull $pullAll $pop'
const CLAUSES = '$each $slice $sort $position'
const STAGES =
  '$match $group $limit $skip $project $addFields $unwind $count $lookup $facet $replaceRoot $replaceWith $sortByCount'
const EXPRESSIONS =
  '$sum $avg $first $last $mergeObjects $add $subtract $multiply $divide $abs $round $trunc $cond $ifNull $switch $let ' +
  '$map $filter $reduce $concat $toUpper $substrCP $split $arrayElemAt $concatArrays $range $setUnion $objectToArray ' +
  '$arrayToObject $dateToString $dateTrunc $year $toInt $toDecimal $toString $toDate $literal $cmp'
const NAMES =
  'a b a.b a.0 a.$ a.$[] a.$[x] x _id $a and or if then else input as in cond vars date format timezone unit path ' +
  'from localField foreignField newRoot branches case default'

const words = (text: string) => fc.constantFrom(...text.split(' '))
const operator = words([QUERY, UPDATE, CLAUSES, STAGES, EXPRESSIONS].join(' '))
const name = fc.oneof(operator, words(NAMES), fc.constant(''))
const scalar = fc.constantFrom<Value>(
  ...[
    0,
    1,
    -1,
    2 ** 31 - 1,
    2n ** 63n - 1n,
    -(2n ** 63n),
    new Double(1.5),
    new Double(NaN),
    new Double(Infinity),
  ],
  ...[
    Decimal128.fromString('1.5'),
    Decimal128.fromString('NaN'),
    null,
    true,
    false,
    '',
    'a',
    '$a',
    '$$ROOT',
    '$$this',
  ],
  ...['x.y', '%Y', 'Africa/Nairobi', new Date(0), new ObjectId(), new BSONRegExp('a', 'i'), new MinKey()],
)
const { value } = fc.letrec<{ value: Value; doc: Value; list: Value }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('doc'), tie('list')),
  doc: fc.array(fc.tuple(name, tie('value')), { maxLength: 3 }).map((pairs): Value => new Map(pairs)),
  list: fc.array(tie('value'), { maxLength: 3 }).map((list): Value => list),
}))
const doc = fc.array(fc.tuple(name, value), { maxLength: 3 }).map((pairs): Doc => new Map(pairs))
const one = (names: fc.Arbitrary<string>, of: fc.Arbitrary<Value>) =>
  fc.tuple(names, of).map((pair): Doc => new Map([pair]))
const expression = one(operator, value)
const field = one(words('a b a.b'), fc.oneof(value, expression))
const update = fc.oneof(doc, one(words(UPDATE), field))
const query = fc.oneof(doc, field)

const command = fc.oneof(
  query.map((filter) => document({ find: 'c', filter })),
  query.map((projection) => document({ find: 'c', projection })),
  doc.map((sort) => document({ find: 'c', sort })),
  fc
    .tuple(query, update, fc.boolean())
    .map(([q, u, upsert]) =>
      document({ update: 'c', updates: [document({ q, u, upsert, multi: !upsert })] }),
    ),
  fc
    .tuple(update, fc.array(field, { maxLength: 2 }))
    .map(([u, arrayFilters]) => document({ findAndModify: 'c', query: new Map(), update: u, arrayFilters })),
  fc
    .array(expression, { maxLength: 3 })
    .map((pipeline) => document({ aggregate: 'c', pipeline, cursor: new Map() })),
  expression.map((v) =>
    document({ aggregate: 'c', pipeline: [document({ $project: document({ v }) })], cursor: new Map() }),
  ),
  fc
    .tuple(doc, doc)
    .map(([key, options]) =>
      document({ createIndexes: 'c', indexes: [new Map([...document({ key, name: 'n' }), ...options])] }),
    ),
  doc.map((one) => document({ insert: 'c', documents: [one] })),
  fc
    .tuple(
      words(
        'find update insert delete aggregate distinct count getMore killCursors createIndexes dropIndexes create drop',
      ),
      value,
      doc,
    )
    .map(([name, argument, rest]): Doc => new Map([[name, argument], ...rest])),
)

const SEED = [
  document({ _id: 1, a: 1 }),
  document({ _id: 2, a: [1, 2], b: 'x' }),
  document({ _id: 3, a: document({ b: 1 }) }),
  document({ _id: 4, a: [document({ b: 2 })] }),
]

test('whatever is sent, it is answered or refused, and never a fault of the server', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 4 }), async (commands) => {
      const state = { catalog: new Catalog(), cursors: new Cursors() }
      await dispatch(state, document({ insert: 'c', documents: SEED, $db: 'test' }), 1)
      for (const body of commands) {
        const reply = await dispatch(state, new Map(body).set('$db', 'test'), 1)
        encode(reply)
        if (reply.get('code') === 1) throw new Error(String(reply.get('errmsg')))
      }
    }),
    { numRuns: 5000 },
  )
})
