import { Decimal128, type Document } from 'mongodb'

/** A pipeline and what comes out of it; or the code that it is refused with. */
export interface PipelineCase {
  name: string
  pipeline: Document[]
  gives?: unknown[]
  refusedWith?: number
}

/** The documents that all pipelines run on. */
export const ORDERS: Document[] = [
  { _id: 1, user: 'a', total: 10, tags: ['x', 'y'], at: new Date('2026-01-05T10:30:00Z') },
  { _id: 2, user: 'b', total: 20, tags: [], at: new Date('2026-01-06T11:00:00Z') },
  { _id: 3, user: 'a', total: 30, tags: ['y'], at: new Date('2026-02-01T00:00:00Z') },
  { _id: 4, user: null, total: 'none' },
  { _id: 5, total: 2.5, nested: { list: [{ n: 1 }, { n: 2 }, {}] } },
]

/** The documents of the collection "users". */
export const USERS: Document[] = [
  { _id: 'a', name: 'Ann' },
  { _id: 'b', name: 'Bob' },
  { _id: 'c', name: 'Cy', friends: ['a', 'b'] },
]

const first = { $match: { _id: 1 } }
const compute = (expression: unknown) => [first, { $project: { _id: 0, v: expression } }]
const gives = (v: unknown) => [{ v }]

/** What aggregation gives. https://www.mongodb.com/docs/manual/reference/operator/aggregation/ */
export const PIPELINE_CASES: PipelineCase[] = [
  {
    name: '$group sums, counts and averages numbers only',
    pipeline: [
      { $group: { _id: '$user', n: { $sum: 1 }, sum: { $sum: '$total' }, avg: { $avg: '$total' } } },
      { $sort: { _id: 1 } },
    ],
    gives: [
      { _id: null, n: 2, sum: 2.5, avg: 2.5 },
      { _id: 'a', n: 2, sum: 40, avg: 20 },
      { _id: 'b', n: 1, sum: 20, avg: 20 },
    ],
  },
  {
    name: '$group of all with min, max, first, last and push',
    pipeline: [
      { $match: { user: 'a' } },
      { $sort: { _id: 1 } },
      {
        $group: {
          _id: null,
          min: { $min: '$total' },
          max: { $max: '$total' },
          first: { $first: '$_id' },
          last: { $last: '$_id' },
          all: { $push: '$total' },
        },
      },
    ],
    gives: [{ _id: null, min: 10, max: 30, first: 1, last: 3, all: [10, 30] }],
  },
  {
    name: '$group by a document',
    pipeline: [{ $match: { user: 'a' } }, { $group: { _id: { u: '$user' }, n: { $count: {} } } }],
    gives: [{ _id: { u: 'a' }, n: 2 }],
  },
  {
    name: '$addToSet keeps each value once',
    pipeline: [{ $match: { user: 'a' } }, { $group: { _id: null, users: { $addToSet: '$user' } } }],
    gives: [{ _id: null, users: ['a'] }],
  },
  {
    name: '$sort, $skip and $limit',
    pipeline: [{ $sort: { total: -1, _id: 1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { total: 1 } }],
    gives: [
      { _id: 3, total: 30 },
      { _id: 2, total: 20 },
    ],
  },
  {
    name: '$unwind takes an array apart',
    pipeline: [{ $unwind: '$tags' }, { $project: { tags: 1 } }],
    gives: [
      { _id: 1, tags: 'x' },
      { _id: 1, tags: 'y' },
      { _id: 3, tags: 'y' },
    ],
  },
  {
    name: '$unwind keeps the empty on demand',
    pipeline: [
      { $match: { _id: { $in: [2, 3, 4] } } },
      { $unwind: { path: '$tags', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } },
      { $project: { tags: 1, i: 1 } },
    ],
    gives: [
      { _id: 2, i: null },
      { _id: 3, tags: 'y', i: 0 },
      { _id: 4, i: null },
    ],
  },
  { name: '$count counts', pipeline: [{ $match: { user: 'a' } }, { $count: 'n' }], gives: [{ n: 2 }] },
  {
    name: '$count of nothing gives nothing',
    pipeline: [{ $match: { user: 'z' } }, { $count: 'n' }],
    gives: [],
  },
  {
    name: '$lookup joins by equality',
    pipeline: [
      { $match: { _id: { $lte: 2 } } },
      { $lookup: { from: 'users', localField: 'user', foreignField: '_id', as: 'u' } },
      { $project: { u: 1 } },
    ],
    gives: [
      { _id: 1, u: [{ _id: 'a', name: 'Ann' }] },
      { _id: 2, u: [{ _id: 'b', name: 'Bob' }] },
    ],
  },
  {
    name: '$lookup takes null for a missing field',
    pipeline: [
      { $match: { _id: 5 } },
      { $lookup: { from: 'users', localField: 'none', foreignField: 'friends', as: 'u' } },
      { $project: { _id: 0, n: { $size: '$u' } } },
    ],
    gives: [{ n: 2 }],
  },
  {
    name: '$facet runs pipelines side by side',
    pipeline: [
      { $facet: { n: [{ $count: 'n' }], a: [{ $match: { user: 'a' } }, { $project: { _id: 1 } }] } },
    ],
    gives: [{ n: [{ n: 5 }], a: [{ _id: 1 }, { _id: 3 }] }],
  },
  {
    name: '$replaceRoot puts a document in the place',
    pipeline: [
      { $match: { _id: 5 } },
      { $replaceRoot: { newRoot: '$nested' } },
      { $project: { n: { $size: '$list' } } },
    ],
    gives: [{ n: 3 }],
  },
  {
    name: '$sortByCount counts and sorts',
    pipeline: [{ $match: { user: { $ne: null } } }, { $sortByCount: '$user' }],
    gives: [
      { _id: 'a', count: 2 },
      { _id: 'b', count: 1 },
    ],
  },
  {
    name: '$addFields adds and replaces',
    pipeline: [
      first,
      { $addFields: { total: { $add: ['$total', 1] }, 'new.x': 1 } },
      { $project: { tags: 0, at: 0 } },
    ],
    gives: [{ _id: 1, user: 'a', total: 11, new: { x: 1 } }],
  },
  {
    name: '$unset removes',
    pipeline: [first, { $unset: ['tags', 'at'] }],
    gives: [{ _id: 1, user: 'a', total: 10 }],
  },
  {
    name: 'a path through an array gives an array',
    pipeline: [{ $match: { _id: 5 } }, { $project: { _id: 0, v: '$nested.list.n' } }],
    gives: gives([1, 2]),
  },
  { name: '$project leaves a computed missing field out', pipeline: compute('$nothing'), gives: [{}] },
  {
    name: '$divide of ints gives a double',
    pipeline: compute({ $divide: ['$total', 4] }),
    gives: gives(2.5),
  },
  {
    name: '$subtract of dates gives milliseconds',
    pipeline: compute({ $subtract: ['$at', new Date('2026-01-05T10:00:00Z')] }),
    gives: gives(1_800_000),
  },
  {
    name: '$add of a date and milliseconds gives a date',
    pipeline: compute({ $add: ['$at', 1000] }),
    gives: gives(new Date('2026-01-05T10:30:01Z')),
  },
  {
    name: 'arithmetic with null gives null',
    pipeline: compute({ $add: ['$total', null] }),
    gives: gives(null),
  },
  {
    name: '$add keeps decimals exact',
    pipeline: compute({ $add: [Decimal128.fromString('0.10'), Decimal128.fromString('0.2')] }),
    gives: gives(Decimal128.fromString('0.30')),
  },
  {
    name: '$add carries the rounding errors of doubles along',
    pipeline: compute({ $add: Array.from({ length: 10 }, () => 0.1) }),
    gives: gives(1),
  },
  {
    name: '$round rounds half to even',
    pipeline: compute([{ $round: [2.5, 0] }, { $round: [3.5, 0] }, { $round: [1234.5678, 2] }]),
    gives: gives([2, 4, 1234.57]),
  },
  {
    name: '$cond chooses',
    pipeline: compute({ $cond: [{ $gte: ['$total', 10] }, 'big', 'small'] }),
    gives: gives('big'),
  },
  {
    name: '$switch takes the first branch',
    pipeline: compute({
      $switch: {
        branches: [
          { case: { $eq: ['$user', 'b'] }, then: 1 },
          { case: true, then: 2 },
        ],
        default: 3,
      },
    }),
    gives: gives(2),
  },
  {
    name: '$ifNull takes what is there',
    pipeline: compute({ $ifNull: ['$none', '$user'] }),
    gives: gives('a'),
  },
  {
    name: '$concat and case',
    pipeline: compute({ $concat: [{ $toUpper: '$user' }, '-', { $toString: '$total' }] }),
    gives: gives('A-10'),
  },
  {
    name: '$map, $filter and $reduce',
    pipeline: compute({
      $reduce: {
        input: {
          $filter: {
            input: { $map: { input: [1, 2, 3], in: { $multiply: ['$$this', 2] } } },
            as: 'n',
            cond: { $gt: ['$$n', 2] },
          },
        },
        initialValue: 0,
        in: { $add: ['$$value', '$$this'] },
      },
    }),
    gives: gives(10),
  },
  {
    name: '$arrayElemAt counts from the end',
    pipeline: compute({ $arrayElemAt: ['$tags', -1] }),
    gives: gives('y'),
  },
  { name: '$in looks into an array', pipeline: compute({ $in: ['x', '$tags'] }), gives: gives(true) },
  {
    name: '$mergeObjects merges',
    pipeline: compute({ $mergeObjects: [{ a: 1, b: 1 }, { b: 2 }, null] }),
    gives: gives({ a: 1, b: 2 }),
  },
  {
    name: '$let binds',
    pipeline: compute({ $let: { vars: { t: '$total' }, in: { $add: ['$$t', '$$t'] } } }),
    gives: gives(20),
  },
  {
    name: 'parts of a date',
    pipeline: compute([
      { $year: '$at' },
      { $month: '$at' },
      { $dayOfMonth: '$at' },
      { $dayOfWeek: '$at' },
      { $dayOfYear: '$at' },
      { $hour: '$at' },
    ]),
    gives: gives([2026, 1, 5, 2, 5, 10]),
  },
  {
    name: '$dateToString formats',
    pipeline: compute({ $dateToString: { date: '$at', format: '%Y-%m-%d %H:%M' } }),
    gives: gives('2026-01-05 10:30'),
  },
  {
    name: '$dateToString knows time zones',
    pipeline: compute([
      { $dateToString: { date: '$at', timezone: 'Africa/Nairobi', format: '%H:%M %z' } },
      { $hour: { date: '$at', timezone: '+03:00' } },
    ]),
    gives: gives(['13:30 +0300', 13]),
  },
  {
    name: '$dateTrunc cuts in a time zone',
    pipeline: compute({
      $dateTrunc: { date: new Date('2026-01-05T22:30:00Z'), unit: 'day', timezone: 'Africa/Nairobi' },
    }),
    gives: gives(new Date('2026-01-05T21:00:00Z')),
  },
  {
    name: '$type names the type',
    pipeline: compute([{ $type: '$total' }, { $type: '$none' }, { $type: '$tags' }]),
    gives: gives(['int', 'missing', 'array']),
  },
  { name: 'an unknown stage is refused', pipeline: [{ $foo: 1 }], refusedWith: 40324 },
  { name: 'an unknown expression is refused', pipeline: compute({ $foo: 1 }), refusedWith: 168 },
  { name: 'division by zero is refused', pipeline: compute({ $divide: [1, 0] }), refusedWith: 2 },
  {
    name: 'an unknown accumulator is refused',
    pipeline: [{ $group: { _id: null, x: { $foo: 1 } } }],
    refusedWith: 15952,
  },
]
