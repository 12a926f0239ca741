import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient, type Collection } from 'mongodb'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ementech-mongo-'))
})
afterEach(async () => {
  await rm(dir, { recursive: true, force: true })
})

interface Counter {
  _id: number
  text: string
  version: number
}
type State = Map<number, number>
interface Step {
  run(collection: Collection<Counter>): Promise<unknown>
  apply(state: State): State
}

const KILLS = 50
// So small that there is a compaction in most rounds.
const COMPACT_BYTES = 6_000

test(
  'fifty kills at any moment lose nothing that was acknowledged and make nothing up',
  { timeout: 180_000 },
  async () => {
    let possible: State[] = [new Map()]
    let next = 0
    let [journal, compactions] = [0, 0]
    for (let round = 0; round <= KILLS; round++) {
      const mongo = await startMongo({ dir, compactBytes: COMPACT_BYTES })
      const client = await connect(mongo)
      const collection = client.db().collection<Counter>('counters')
      const found = new Map((await collection.find().toArray()).map(({ _id, version }) => [_id, version]))
      expect(possible.map(show)).toContain(show(found))

      let state: State = found
      let pending: Step | undefined
      const writing = (async () => {
        for (;;) {
          pending = stepNumber(next++, state)
          await pending.run(collection)
          state = pending.apply(state)
          pending = undefined
        }
      })().catch(() => {})
      await acknowledged(() => state, 5 + ((round * 7) % 23))
      // Not at the acknowledgement but some fraction of a millisecond later: anywhere in the next command.
      const timer = setTimeout(() => process.kill(mongo.pid!, 'SIGKILL'), (round * 0.37) % 4)
      await writing
      clearTimeout(timer)
      await client.close()
      await mongo.close()
      // What was under way when the server died may have happened or not; everything else is certain.
      possible = pending ? [state, pending.apply(state)] : [state]
      // A compacted journal is another file; its number may be that of an earlier one, which is gone.
      const { ino } = await stat(join(dir, 'mongo.journal'))
      if (ino !== journal) compactions++
      journal = ino
    }
    expect(compactions).toBeGreaterThan(10)
  },
)

/** As text, because `toContainEqual` takes any two Maps for equal. */
function show(state: State): string {
  return JSON.stringify([...state].sort(([a], [b]) => a - b))
}

/** Inserts, updates and deletes in turn; each write concern takes its turn as well. */
function stepNumber(at: number, state: State): Step {
  const writeConcern = [{ w: 1 }, { w: 1, j: true }, { w: 'majority' as const }][at % 3]!
  const [oldest] = state.keys()
  const text = 'x'.repeat(200)
  const isFull = state.size > 10
  if (oldest !== undefined && (at % 4 === 1 || (at % 4 === 2 && isFull))) {
    return {
      run: (collection) => collection.updateOne({ _id: oldest }, { $inc: { version: 1 } }, { writeConcern }),
      apply: (before) => new Map(before).set(oldest, before.get(oldest)! + 1),
    }
  }
  if (at % 4 === 3 && oldest !== undefined && isFull) {
    return {
      run: (collection) => collection.deleteOne({ _id: oldest }, { writeConcern }),
      apply: (before) => new Map([...before].filter(([id]) => id !== oldest)),
    }
  }
  return {
    run: (collection) => collection.insertOne({ _id: at, text, version: 0 }, { writeConcern }),
    apply: (before) => new Map(before).set(at, 0),
  }
}

async function acknowledged(current: () => State, count: number): Promise<void> {
  for (let seen = current(); count > 0;) {
    await new Promise((resolve) => setImmediate(resolve))
    if (current() !== seen) {
      seen = current()
      count--
    }
  }
}

async function connect({ uri }: RunningMongo): Promise<MongoClient> {
  return new MongoClient(uri, { serverSelectionTimeoutMS: 2000, retryReads: false }).connect()
}

async function fill(): Promise<Buffer> {
  await using mongo = await startMongo({ dir })
  const client = await connect(mongo)
  const collection = client.db().collection<{ _id: number }>('c')
  for (const _id of [1, 2, 3]) await collection.insertOne({ _id })
  await client.close()
  await mongo.close()
  return readFile(join(dir, 'mongo.journal'))
}

async function idsAfterRestart(): Promise<number[]> {
  await using mongo = await startMongo({ dir })
  const client = await connect(mongo)
  const docs = await client.db().collection<{ _id: number }>('c').find().toArray()
  await client.close()
  return docs.map(({ _id }) => _id)
}

test('a last record that was torn off is dropped, and writing goes on behind it', async () => {
  const journal = await fill()
  await writeFile(join(dir, 'mongo.journal'), journal.subarray(0, journal.length - 3))
  expect(await idsAfterRestart()).toEqual([1, 2])
  expect(await idsAfterRestart()).toEqual([1, 2])
})

test('a compaction that a crash cut short leaves the old journal in force', async () => {
  const journal = await fill()
  await writeFile(join(dir, 'mongo.journal.new'), journal.subarray(0, journal.length - 40))
  expect(await idsAfterRestart()).toEqual([1, 2, 3])
})

test('a damaged record in the middle refuses to start', async () => {
  const journal = await fill()
  journal[journal.length - 80]! ^= 1
  await writeFile(join(dir, 'mongo.journal'), journal)
  await expect(startMongo({ dir })).rejects.toMatchObject({ code: 'SANDBOX_JOURNAL_DAMAGED' })
})

test('a directory serves one process at a time, and a lock left by a dead one is taken over', async () => {
  const first = await startMongo({ dir })
  await expect(startMongo({ dir })).rejects.toMatchObject({ code: 'SANDBOX_DIR_IN_USE' })
  process.kill(first.pid!, 'SIGKILL')
  await first.close()
  const second = await startMongo({ dir })
  await second.close()
  const third = await startMongo({ dir })
  await third.close()
})

test('indexes, dropped collections and the order of fields outlive a restart', async () => {
  await using mongo = await startMongo({ dir })
  let client = await connect(mongo)
  const before = client.db().collection('kept')
  await before.createIndex(
    { email: 1 },
    { unique: true, partialFilterExpression: { email: { $exists: true } } },
  )
  await before.createIndex({ old: 1 })
  await before.dropIndex('old_1')
  await before.insertOne({ b: 1, a: 2, 1: 3, email: 'x' })
  await client.db().collection('dropped').insertOne({})
  await client.db().dropCollection('dropped')
  await client.close()
  await mongo.close()

  await using again = await startMongo({ dir })
  client = await connect(again)
  const after = client.db().collection('kept')
  expect((await client.db().listCollections().toArray()).map(({ name }) => name)).toEqual(['kept'])
  expect((await after.indexes()).map(({ name }) => name)).toEqual(['_id_', 'email_1'])
  await expect(after.insertOne({ email: 'x' })).rejects.toMatchObject({ code: 11000 })
  const raw = await after.findOne({}, { raw: true })
  expect((raw as unknown as Buffer).indexOf('b\0')).toBeLessThan((raw as unknown as Buffer).indexOf('a\0'))
  await client.close()
})

test('the process ends when its parent is killed', async () => {
  const { spawn } = await import('node:child_process')
  const script = `import { startMongo } from '@ementech/sandbox/mongo'
    const mongo = await startMongo(); console.log(mongo.pid); setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = Number(
    await new Promise<string>((resolve) => parent.stdout.once('data', (data) => resolve(String(data)))),
  )
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
