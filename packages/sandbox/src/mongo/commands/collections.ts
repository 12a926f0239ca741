import { document, type Doc } from '../bson/value.js'
import { encodeAll } from '../cursors.js'
import { parseFilter } from '../query/filter.js'
import { matches } from '../query/match.js'
import { describeIndex, requireSimpleCollation } from '../storage/index-spec.js'
import type { Collection } from '../storage/collection.js'
import { refuseOptions, type Command, type Request } from './command.js'

/** Options of `create` that would make another kind of collection. */
const REFUSED = [
  ...[
    'capped',
    'size',
    'max',
    'autoIndexId',
    'viewOn',
    'pipeline',
    'validator',
    'validationLevel',
    'validationAction',
  ],
  ...['storageEngine', 'indexOptionDefaults', 'timeseries', 'expireAfterSeconds', 'clusteredIndex'],
  ...['changeStreamPreAndPostImages', 'encryptedFields', 'flags'],
]

/** `create`. What is there already is left as it is, since MongoDB 7.0 without an error. */
export const create: Command = {
  fields: ['collation', ...REFUSED],
  writes: true,
  run(request) {
    refuseOptions(request, REFUSED)
    requireSimpleCollation(request.body.get('collation'))
    request.state.catalog.ensure(request.db, request.collectionName())
    return document({ ok: 1 })
  },
}

/** `drop`. */
export const drop: Command = {
  fields: [],
  writes: true,
  run(request) {
    const collection = request.collection()
    if (!collection) return document({ ok: 1 })
    dropCollection(request, collection)
    return document({ nIndexesWas: collection.indexes.length, ns: collection.namespace, ok: 1 })
  },
}

/** `dropDatabase`. */
export const dropDatabase: Command = {
  fields: [],
  writes: true,
  run(request) {
    const collections = request.state.catalog.collections(request.db)
    for (const collection of collections) dropCollection(request, collection)
    return document({ dropped: collections.length > 0 ? request.db : undefined, ok: 1 })
  },
}

/** `listCollections`. */
export const listCollections: Command = {
  fields: ['filter', 'nameOnly', 'cursor', 'authorizedCollections'],
  run(request) {
    const isNameOnly = request.flag('nameOnly')
    const filter = parseFilter(request.doc('filter') ?? new Map())
    const docs = request.state.catalog
      .collections(request.db)
      .map((collection) => describeCollection(collection))
      .filter((doc) => matches(filter, doc))
      .map((doc) => (isNameOnly ? document({ name: doc.get('name'), type: doc.get('type') }) : doc))
    return request.state.cursors.open(`${request.db}.$cmd.listCollections`, encodeAll(docs), {
      batchSize: Infinity,
    })
  },
}

/** `listDatabases`. */
export const listDatabases: Command = {
  fields: ['filter', 'nameOnly', 'authorizedDatabases'],
  run(request) {
    const { catalog } = request.state
    const filter = parseFilter(request.doc('filter') ?? new Map())
    const all = catalog
      .databases()
      .map((name) => {
        const size = catalog.collections(name).reduce((total, { bytes }) => total + bytes, 0)
        return document({ name, sizeOnDisk: BigInt(size), empty: size === 0 })
      })
      .filter((doc) => matches(filter, doc))
    if (request.flag('nameOnly')) {
      return document({ databases: all.map((doc) => document({ name: doc.get('name') })), ok: 1 })
    }
    const totalSize = all.reduce((total, doc) => total + (doc.get('sizeOnDisk') as bigint), 0n)
    return document({ databases: all, totalSize, totalSizeMb: totalSize / 1048576n, ok: 1 })
  },
}

function describeCollection(collection: Collection): Doc {
  return document({
    name: collection.name,
    type: 'collection',
    options: new Map(),
    info: document({ readOnly: false }),
    idIndex: describeIndex(collection.indexes[0]!.spec),
  })
}

function dropCollection({ state }: Request, collection: Collection): void {
  state.catalog.drop(collection)
  state.cursors.killNamespace(collection.namespace)
}
