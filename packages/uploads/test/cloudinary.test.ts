import { v2 } from 'cloudinary'
import fc from 'fast-check'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSandbox, type Sandbox } from '@ementech/sandbox'
import { cloudinaryStorage, type CloudinaryStorageOptions } from '../src/cloudinary.js'
import { UploadError, type IncomingFile, type StoredFile } from '../src/index.js'
import { storageContract } from '../src/testing.js'
import * as sample from './samples.js'
import { expressVersions } from './serve.js'
import { form, openPost, rawPart, rawType, send, startApp, until } from './support.js'

// Loaded with no configuration at all, as an application does that imports first: it means to speak https.
let sandbox: Sandbox
beforeAll(async () => void (sandbox = await startSandbox({ port: 0 })))
afterAll(() => sandbox.close())

function storageHere(options: Partial<CloudinaryStorageOptions> = {}) {
  const { env } = sandbox
  return cloudinaryStorage({
    cloudinary: v2,
    cloudName: env.CLOUDINARY_CLOUD_NAME,
    apiKey: env.CLOUDINARY_API_KEY,
    apiSecret: env.CLOUDINARY_API_SECRET,
    uploadPrefix: env.CLOUDINARY_UPLOAD_PREFIX,
    deliveryUrl: env.CLOUDINARY_DELIVERY_BASE,
    ...options,
  })
}

/** The original, as it is delivered. */
async function read({ key }: StoredFile): Promise<Buffer | undefined> {
  const id = key.slice(0, key.lastIndexOf('.'))
  const asset = sandbox.cloudinary.assets().find(({ publicId }) => publicId === id)
  return asset && sandbox.cloudinary.content(asset.assetId)
}

const [, express] = expressVersions[0]

describe('cloudinaryStorage()', () => {
  const contract = storageContract(() => ({ storage: storageHere(), read }))
  for (const { name, run } of contract) it(name, run)

  it('keeps a picture under its key, in the folder of the application, and delivers it', async () => {
    const storage = storageHere({ folder: 'shop/test' })
    await using app = await startApp(express, { storage })
    const bytes = sample.jpeg(400, 300, 50_000)
    const { status, file } = await send(`${app.url}/one`, form({ bytes, name: 'kikombe.jpg' }))
    expect(status).toBe(200)
    const { key, details } = file as unknown as { key: string; details: Record<string, unknown> }
    expect(details).toMatchObject({ format: 'jpg', bytes: 50_000, width: 400, height: 300 })
    const asset = sandbox.cloudinary.assets().find(({ assetId }) => assetId === details['assetId'])
    expect(`${asset?.publicId}.jpg`).toBe(`shop/test/${key}`)
    const delivered = await fetch(app.uploads.url({ key }, { width: 200, format: 'jpg' }))
    expect(delivered.status).toBe(200)
    expect(Buffer.from(await delivered.arrayBuffer())).toEqual(bytes)
  })

  it.each([
    ['a film', sample.mp4(), 'video/mp4', 'video'],
    ['a document', sample.pdf(), 'application/pdf', 'raw'],
  ])('keeps %s as such, and removes it as such', async (_what, bytes, type, resourceType) => {
    await using app = await startApp(express, { storage: storageHere(), policy: { kinds: ['mp4', 'pdf'] } })
    const { file } = await send(`${app.url}/one`, form({ bytes, type }))
    const stored = file as unknown as StoredFile
    const url = app.uploads.url(stored)
    expect(url).toContain(`/${resourceType}/upload/v1/picture/`)
    expect((await fetch(url)).status).toBe(200)
    await app.uploads.remove(stored)
    expect((await fetch(url)).status).toBe(404)
  })

  it('needs nothing of the global configuration of the SDK, and leaves it as it is', async () => {
    v2.config({
      cloud_name: 'of-somebody-else',
      api_key: '1',
      api_secret: 'x',
      upload_prefix: 'https://nowhere.invalid',
    })
    const before = JSON.stringify(v2.config())
    const storage = storageHere()
    const file = newFile()
    await storage.put(Readable.from([sample.jpeg()]), file)
    await storage.remove(file)
    expect(JSON.stringify(v2.config())).toBe(before)
  })

  it('cuts the upload off at once when the client goes, and nothing of it is kept', async () => {
    await using app = await startApp(express, { storage: storageHere(), policy: { maxFileBytes: 5_000_000 } })
    const kept = sandbox.cloudinary.assets().length
    const partHead =
      'Content-Disposition: form-data; name="picture"; filename="a.jpg"\r\nContent-Type: image/jpeg'
    const socket = await openPost(app.host, '/many', [
      `Content-Type: ${rawType['Content-Type']}`,
      'Content-Length: 9000000',
    ])
    socket.write(rawPart(partHead, sample.jpeg(40, 30, 60_000)))
    socket.write(`--edge\r\n${partHead}\r\n\r\n`)
    socket.write(sample.jpeg(40, 30, 400_000))
    await until('the first is there', () => sandbox.cloudinary.assets().length === kept + 1)
    const startedAt = Date.now()
    socket.destroy()
    await until('the route has heard of it', () => app.errors.length === 1)
    expect(app.errors[0]).toMatchObject({ code: 'UPLOADS_ABORTED' })
    expect(sandbox.cloudinary.assets()).toHaveLength(kept)
    // Left to itself, the SDK would wait for a minute.
    expect(Date.now() - startedAt).toBeLessThan(30_000)
  })

  it('never stores the beginning of a file that is too large', async () => {
    await using app = await startApp(express, { storage: storageHere() })
    const kept = sandbox.cloudinary.assets().length
    const answer = await send(`${app.url}/one`, form({ bytes: sample.jpeg(40, 30, 3_000_000) }))
    expect(answer).toMatchObject({ status: 413, code: 'UPLOADS_FILE_TOO_LARGE' })
    expect(sandbox.cloudinary.assets()).toHaveLength(kept)
  })

  it.each([
    ['an error of the server', { fault: 'serverError', on: 'upload' }],
    ['a 503, whose body the SDK loses', { fault: 'serverError', on: 'upload', status: 503 }],
    ['too many requests', { fault: 'rateLimit', on: 'upload', status: 429 }],
    ['a connection that breaks off', { fault: 'resetUpload', on: 'upload', bytes: 2_000 }],
    ['an answer that is lost', { fault: 'loseAnswer', on: 'upload' }],
    ['an error after the file was stored', { fault: 'serverErrorAfter', on: 'upload' }],
  ] as const)('says 503 after %s, and keeps nothing', async (_what, fault) => {
    await using app = await startApp(express, { storage: storageHere() })
    const kept = sandbox.cloudinary.assets().length
    sandbox.cloudinary.faults.order(fault)
    const answer = await send(`${app.url}/one`, form({ bytes: sample.jpeg(40, 30, 50_000) }))
    expect(answer).toMatchObject({ status: 503, code: 'UPLOADS_STORAGE_UNAVAILABLE' })
    expect(sandbox.cloudinary.assets()).toHaveLength(kept)
    expect(sandbox.cloudinary.faults.list()).toEqual([])
    expect(app.errors[0]).toBeInstanceOf(UploadError)
    expectNoSecret(app.errors[0])
  })

  it('waits no longer than it is told for an answer', async () => {
    await using app = await startApp(express, { storage: storageHere({ timeoutMs: 200 }) })
    sandbox.cloudinary.faults.order({ fault: 'slowAnswer', on: 'upload', ms: 60_000 })
    const answer = await send(`${app.url}/one`, form({ bytes: sample.jpeg() }))
    expect(answer).toMatchObject({ status: 503, code: 'UPLOADS_STORAGE_UNAVAILABLE' })
    expect(String((app.errors[0] as Error).cause)).toContain('499')
  })

  it('says 422 when Cloudinary cannot read the file, in our words and not in its', async () => {
    await using small = await startSandbox({ port: 0, cloudinary: { maxImageBytes: 10_000 } })
    const { CLOUDINARY_UPLOAD_PREFIX: uploadPrefix } = small.env
    await using app = await startApp(express, { storage: storageHere({ uploadPrefix }) })
    const answer = await send(`${app.url}/one`, form({ bytes: sample.jpeg(40, 30, 20_000) }))
    expect(answer).toMatchObject({ status: 422, code: 'UPLOADS_STORAGE_REFUSED' })
    expect(answer.message).not.toContain('File size')
    expect(String((app.errors[0] as Error).cause)).toContain('File size too large')
  })

  it('tells nobody the secret, nor what was signed with it, when the credentials are wrong', async () => {
    await using app = await startApp(express, { storage: storageHere({ apiSecret: 'wrong-secret' }) })
    const answer = await send(`${app.url}/one`, form({ bytes: sample.jpeg() }))
    expect(answer).toMatchObject({ status: 503, code: 'UPLOADS_STORAGE_UNAVAILABLE' })
    expectNoSecret(app.errors[0])
    expect(String((app.errors[0] as Error).cause)).toMatch(/401: Invalid Signature$/)
  })

  it('believes no answer that is not signed with the secret', async () => {
    const impostor = createServer((req, res) => {
      req.resume().on('end', () => {
        const answer = { public_id: 'picture/other', version: 1, signature: 'a'.repeat(40) }
        res.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer))
      })
    })
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve))
    const uploadPrefix = `http://127.0.0.1:${(impostor.address() as { port: number }).port}`
    await using app = await startApp(express, { storage: storageHere({ uploadPrefix }) })
    const answer = await send(`${app.url}/one`, form({ bytes: sample.jpeg() }))
    expect(answer).toMatchObject({ status: 502, code: 'UPLOADS_STORAGE_UNTRUSTED' })
    impostor.closeAllConnections()
    impostor.close()
  })

  it('rejects when a removal fails, and not when there is nothing to remove', async () => {
    const storage = storageHere()
    const file = newFile()
    await storage.put(Readable.from([sample.jpeg()]), file)
    sandbox.cloudinary.faults.order({ fault: 'serverError', on: 'destroy' })
    await expect(storage.remove(file)).rejects.toMatchObject({ code: 'UPLOADS_STORAGE_UNAVAILABLE' })
    await storage.remove(file)
    await storage.remove(file)
    expect(await read(file)).toBeUndefined()
  })

  it.each([
    ['no SDK', { cloudinary: {} }, /import \{ v2 \}/],
    ['no secret', { apiSecret: '' }, /apiSecret is required/],
    ['a folder with what separates parameters', { folder: 'a&type=private' }, /folder must be like/],
    ['an address with a query', { uploadPrefix: 'https://x.example?a' }, /uploadPrefix must be like/],
  ])('refuses %s', (_what, options, message) => {
    expect(() => storageHere(options as Partial<CloudinaryStorageOptions>)).toThrow(message)
  })
})

describe("an address of Cloudinary's", () => {
  const secret = 'abcd'
  const account = { cloudinary: v2, cloudName: 'demo', apiKey: '1', apiSecret: secret }
  const key = 'products/0b9f.jpg'

  it('asks for the quality and the format that fit, unless it says otherwise', () => {
    const { url } = cloudinaryStorage(account)
    const base = 'https://res.cloudinary.com/demo/image/upload'
    expect(url({ key })).toBe(`${base}/f_auto,q_auto/v1/${key}`)
    expect(url({ key }, { width: 400 })).toBe(`${base}/c_limit,f_auto,q_auto,w_400/v1/${key}`)
    expect(url({ key }, { width: 300, height: 300, crop: 'fill', quality: 80, format: 'webp' })).toBe(
      `${base}/c_fill,f_webp,h_300,q_80,w_300/v1/${key}`,
    )
  })

  it('is the one that the SDK builds, signed or not', () => {
    const size = fc.option(fc.integer({ min: 1, max: 4_000 }), { nil: undefined })
    const crop = fc.constantFrom('limit', 'fit', 'fill', 'thumb', 'pad', 'scale')
    const quality = fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 100 }))
    const format = fc.constantFrom('auto', 'avif', 'webp', 'jpg', 'png')
    fc.assert(
      fc.property(
        size,
        size,
        crop,
        quality,
        format,
        fc.boolean(),
        (width, height, crop, quality, format, signed) => {
          const ours = cloudinaryStorage({ ...account, folder: 'shop', signUrls: signed }).url(
            { key },
            { ...(width && { width }), ...(height && { height }), crop, quality, format },
          )
          const theirs = v2.url(`shop/${key}`, {
            cloud_name: 'demo',
            api_secret: secret,
            secure: true,
            urlAnalytics: false,
            sign_url: signed,
            fetch_format: format,
            quality,
            ...(width && { width }),
            ...(height && { height }),
            ...((width || height) && { crop }),
          })
          expect(ours).toBe(theirs)
        },
      ),
    )
  })

  it('is delivered with its signature', async () => {
    const storage = storageHere({ signUrls: true })
    const file = newFile()
    await storage.put(Readable.from([sample.jpeg()]), file)
    const url = storage.url(file, { width: 100, format: 'jpg' })
    expect(url).toMatch(/\/s--[\w-]{8}--\/c_limit,/)
    expect((await fetch(url)).status).toBe(200)
  })
})

let made = 0

function newFile(): IncomingFile {
  const signal = new AbortController().signal
  return { key: `test/file-${process.pid}-${made++}.jpg`, kind: 'jpeg', type: 'image/jpeg', signal }
}

/** Neither in the message, nor in a cause, nor in a field of any of them. */
function expectNoSecret(error: unknown): void {
  for (let seen = error; seen instanceof Error; seen = seen.cause) {
    const all = JSON.stringify([seen.message, seen.stack, { ...seen }])
    expect(all).not.toContain(sandbox.env.CLOUDINARY_API_SECRET)
    expect(all).not.toMatch(/wrong-secret|String to sign/)
  }
}
