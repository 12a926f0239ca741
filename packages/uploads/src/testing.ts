import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import type { IncomingFile, Storage, StoredFile } from './storage.js'

export { memoryStorage, type MemoryStorage } from './memory-storage.js'

/** One test of a contract, for any test runner: `for (const { name, run } of contract) it(name, run)`. */
export interface ContractTest {
  name: string
  run(): Promise<void>
}

/** A storage, and a way to see what is in it. */
export interface StorageUnderTest {
  storage: Storage
  /** The bytes that are stored under a key, or undefined. */
  read(file: StoredFile): Promise<Buffer | undefined>
}

/** What every storage must do. `createStorage` is called for each test; the tests do not mind what it already holds. */
export function storageContract(
  createStorage: () => StorageUnderTest | Promise<StorageUnderTest>,
): ContractTest[] {
  return Object.entries(contract).map(([name, check]) => ({
    name,
    run: async () => check(await createStorage()),
  }))
}

const contract: Record<string, (under: StorageUnderTest) => Promise<void>> = {
  async 'holds what it was given, to the byte'({ storage, read }) {
    const { file, bytes } = newFile(200_000)
    await storage.put(Readable.from(slices(bytes)), file)
    assert.deepEqual(await read(file), bytes)
  },

  async 'gives each file an address of its own, which stays'({ storage }) {
    const [one, other] = [newFile().file, newFile().file]
    assert.equal(storage.url(one), storage.url(one))
    assert.notEqual(storage.url(one), storage.url(other))
    assert.doesNotThrow(() => new URL(storage.url(one), 'https://shop.example'))
  },

  async 'takes a transformation, whether or not it can transform'({ storage }) {
    const { file } = newFile()
    assert.equal(
      typeof storage.url(file, { width: 400, crop: 'fill', quality: 80, format: 'webp' }),
      'string',
    )
  },

  async 'removes a file, also one that is not there'({ storage, read }) {
    const { file, bytes } = newFile()
    await storage.put(Readable.from(slices(bytes)), file)
    await storage.remove({ key: file.key })
    assert.equal(await read(file), undefined)
    await storage.remove({ key: file.key })
    await storage.remove(newFile().file)
  },

  async 'removes that file and no other'({ storage, read }) {
    const [one, other] = [newFile(), newFile()]
    for (const { file, bytes } of [one, other]) await storage.put(Readable.from(slices(bytes)), file)
    await storage.remove(one.file)
    assert.deepEqual(await read(other.file), other.bytes)
  },

  async 'rejects when the stream breaks, and holds nothing of it'({ storage, read }) {
    const { file, bytes } = newFile(100_000)
    await assert.rejects(storage.put(Readable.from(broken(bytes)), file))
    await storage.remove(file)
    assert.equal(await read(file), undefined)
  },

  async 'rejects at once when it is aborted, also while nothing comes'({ storage, read }) {
    const controller = new AbortController()
    const { file, bytes } = newFile(100_000, controller.signal)
    const stream = new PassThrough()
    stream.write(bytes.subarray(0, 50_000))
    const put = storage.put(stream, file)
    setImmediate(() => controller.abort(new Error('not wanted any more')))
    await assert.rejects(put)
    await storage.remove(file)
    assert.equal(await read(file), undefined)
  },

  async 'keeps 20 files apart that come at once'({ storage, read }) {
    const files = Array.from({ length: 20 }, () => newFile(70_000))
    await Promise.all(files.map(({ file, bytes }) => storage.put(Readable.from(slices(bytes)), file)))
    for (const { file, bytes } of files) assert.deepEqual(await read(file), bytes)
  },

  async 'refuses keys that nobody made here'({ storage }) {
    for (const key of [
      '',
      '../escape.jpg',
      '/etc/passwd',
      'a/../../b.jpg',
      'a\0.jpg',
      '.incoming/x.jpg',
      'a',
    ]) {
      await assert.rejects(async () => storage.remove({ key }), TypeError, key)
      assert.throws(() => storage.url({ key }), TypeError, key)
    }
  },
}

/** A JPEG, as far as its first bytes say; the rest is noise. */
function newFile(
  length = 1_000,
  signal = new AbortController().signal,
): { file: IncomingFile; bytes: Buffer } {
  const bytes = Buffer.concat([smallestJpeg, randomBytes(length)])
  return { file: { key: `contract/${randomUUID()}.jpg`, kind: 'jpeg', type: 'image/jpeg', signal }, bytes }
}

/** The headers of an image of 1 by 1 pixel. */
const smallestJpeg = Buffer.from(
  'ffd8ffe000104a46494600010100000100010000ffc0000b080001000101011100ffda',
  'hex',
)

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384)
}

function* broken(bytes: Buffer): Generator<Buffer> {
  yield bytes.subarray(0, bytes.length / 2)
  throw new Error('the connection ended')
}
