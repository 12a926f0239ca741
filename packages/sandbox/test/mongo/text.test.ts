import { MongoClient } from 'mongodb'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startMongo } from '@ementech/sandbox/mongo'
import { codeOf, connected, type AnyCollection } from './connect.js'

/** Expected answers and scores are MongoDB 7.0's rules: FTSSpec::_scoreStringV2 and FTSMatcher. */
const mongo = connected()
const none = { default_language: 'none' } as const
const goods = [
  { _id: 1, name: 'Nyeri AA coffee', about: 'Whole beans; washed, sun-dried coffee' },
  { _id: 2, name: "Murang'a macadamia nuts", about: 'Roasted with sea salt' },
  { _id: 3, name: 'Café au lait', about: 'Coffee with milk' },
  { _id: 4, name: 'Tea', about: ['Purple tea', 'of Kericho'] },
  { _id: 5, name: 7, about: null },
]

async function shelf(): Promise<AnyCollection> {
  const collection = await mongo.collectionOf(goods)
  await collection.createIndex({ name: 'text', about: 'text' }, { ...none, weights: { name: 3 } })
  return collection
}

describe('$text', () => {
  test.each<[string, string, number[]]>([
    ['a word', 'coffee', [1, 3]],
    ['any case', 'COFFEE', [1, 3]],
    ['a word with marks, written without', 'cafe', [3]],
    ['a word without marks, written with them', 'téa', [4]],
    ['one of several words', 'nuts milk', [2, 3]],
    ['a hyphenated word as its parts', 'sun-flower', [1]],
    ['a word before an apostrophe', 'murang', [2]],
    ['the element of an array', 'kericho', [4]],
    ['not a part of a word', 'coff', []],
    ['not another form of a word', 'coffees', []],
    ['a word, but not with another one', 'coffee -milk', [1]],
    ['nothing by a negation alone', '-milk', []],
    ['a phrase', '"washed, sun-dried"', [1]],
    ['a phrase in any case and with any marks', '"CAFÉ AU"', [3]],
    ['no phrase over two elements', '"tea of"', []],
    ['all phrases', '"whole beans" "milk"', []],
    ['documents with the phrase, whatever other words there are', '"coffee with" nuts', [3]],
    ['nothing for nothing', '', []],
    ['nothing for punctuation', '; !', []],
    ['stop words, which the language none does not have', 'with', [2, 3]],
  ])('finds %s', async (_what, $search, ids) => {
    const collection = await shelf()
    const found = await collection.find({ $text: { $search } }).sort({ _id: 1 }).toArray()
    expect(found.map(({ _id }) => _id as number)).toEqual(ids)
  })

  test('joins other conditions, sort, skip and limit', async () => {
    const collection = await shelf()
    const $text = { $search: 'coffee tea nuts' }
    const found = collection
      .find({ $text, _id: { $gt: 1 } })
      .sort({ _id: -1 })
      .skip(1)
      .limit(1)
    expect(await found.toArray()).toEqual([goods[2]])
  })

  test('gives the score by $meta, in the projection and in the sort', async () => {
    const collection = await shelf()
    const score = { $meta: 'textScore' }
    const found = await collection
      .find({ $text: { $search: 'coffee tea' } }, { projection: { score } })
      .sort({ score })
      .toArray()
    expect(found.map(({ _id, score }) => [_id, score])).toEqual([
      // The whole text: 1.1; of two words one: 0.75.
      [4, 3 * 1 * 1 * 1.1 + (0.5 / 2 + 0.5)],
      [1, 3 * (0.5 / 3 + 0.5) + (0.5 / 6 + 0.5)],
      [3, 0.5 / 3 + 0.5],
    ])
    expect(found[0]).toMatchObject(goods[3]!)
    const names = { name: 1, _id: 0, score }
    expect(await collection.findOne({ $text: { $search: 'nuts' } }, { projection: names })).toEqual({
      name: goods[1]!.name,
      score: 3 * (0.5 / 4 + 0.5),
    })
  })

  test('counts a word that comes again half as much each time', async () => {
    const collection = await mongo.collectionOf([{ _id: 1, a: 'tea tea tea cup' }])
    await collection.createIndex({ a: 'text' }, none)
    const projection = { score: { $meta: 'textScore' } }
    const found = await collection.findOne({ $text: { $search: 'tea' } }, { projection })
    expect(found!.score).toBe((1 + 1 / 2 + 1 / 4) * ((0.5 * 3) / 4 + 0.5))
  })

  test('sees what was inserted, changed and removed after the index was made', async () => {
    const collection = await shelf()
    const find = async () => (await collection.find({ $text: { $search: 'honey' } }).toArray()).length
    await collection.insertOne({ _id: 9, name: 'Honey' })
    expect(await find()).toBe(1)
    await collection.updateOne({ _id: 9 }, { $set: { name: 'Wax' } })
    expect(await find()).toBe(0)
  })

  test('is listed as MongoDB lists it, and may be made twice', async () => {
    const collection = await shelf()
    await collection.createIndex({ name: 'text', about: 'text' }, { ...none, weights: { name: 3 } })
    const indexes = await collection.indexes()
    expect(indexes[1]).toEqual({
      v: 2,
      key: { _fts: 'text', _ftsx: 1 },
      name: 'name_text_about_text',
      weights: { about: 1, name: 3 },
      default_language: 'none',
      language_override: 'language',
      textIndexVersion: 3,
    })
    expect(await codeOf(collection.createIndex({ name: 'text' }, none))).toBe(67)
    await collection.dropIndex('name_text_about_text')
    expect(await codeOf(collection.findOne({ $text: { $search: 'coffee' } }))).toBe(27)
  })

  test('is there again after a kill', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ementech-text-'))
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
    const first = await startMongo({ dir })
    const writing = await MongoClient.connect(first.uri)
    const goods = writing.db().collection('goods')
    await goods.createIndex({ name: 'text' }, { ...none, weights: { name: 5 } })
    await goods.insertOne({ name: 'Purple tea' })
    const before = await goods.indexes()
    await writing.close()
    process.kill(first.pid!, 'SIGKILL')
    await first.close()

    const second = await startMongo({ dir })
    const reading = await MongoClient.connect(second.uri)
    onTestFinished(async () => {
      await reading.close()
      await second.close()
    })
    const kept = reading.db().collection('goods')
    expect(await kept.indexes()).toEqual(before)
    expect(await kept.findOne({ $text: { $search: 'purple' } })).toMatchObject({ name: 'Purple tea' })
  })

  test('refuses what it could answer only roughly', async () => {
    const collection = await shelf()
    const search = (operand: object) => codeOf(collection.findOne({ $text: operand as never }))
    for (const $search of ['-"sea salt"', '"open', '-sun-dried', '""'])
      expect(await search({ $search }), $search).toBe(2)
    expect(await search({ $search: 'tea', $language: 'english' })).toBe(2)
    expect(await search({ $search: 'tea', $caseSensitive: true })).toBe(2)
    expect(await search({ $search: 'tea', $diacriticSensitive: true })).toBe(2)
    expect(await search({ $search: 'tea', $fuzzy: true })).toBe(2)
    expect(await search({ $search: 7 })).toBe(14)
    const $text = { $search: 'tea' }
    expect(await codeOf(collection.findOne({ $or: [{ $text }, { _id: 1 }] }))).toBe(2)
    expect(await codeOf(collection.countDocuments({ $text }))).toBe(2)
    expect(await codeOf(collection.updateMany({ $text }, { $set: { a: 1 } }))).toBe(2)
    expect(await codeOf(collection.find({ $text }).hint({ _id: 1 }).toArray())).toBe(2)
    const other = await mongo.collectionOf([{ a: 'tea' }])
    expect(await codeOf(other.findOne({ $text }))).toBe(27)
    expect(await codeOf(other.createIndex({ a: 'text' }))).toBe(67)
    expect(await codeOf(other.createIndex({ a: 'text' }, { default_language: 'french' }))).toBe(67)
    expect(await codeOf(other.createIndex({ a: 'text', b: 1 }, none))).toBe(67)
    expect(await codeOf(other.createIndex({ '$**': 'text' }, none))).toBe(67)
    expect(await codeOf(other.createIndex({ a: 'text' }, { ...none, unique: true }))).toBe(67)
    expect(await codeOf(collection.insertOne({ name: 'chai', language: 'french' }))).toBe(17262)
  })
})
