import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { diskStorage } from '../src/disk.js'
import { createUploads, type StoredFile } from '../src/index.js'
import { memoryStorage, storageContract } from '../src/testing.js'
import * as sample from './samples.js'
import { expressVersions, rawRequest, serve } from './serve.js'
import { form, pictures, send, startApp, until } from './support.js'

const work = mkdtempSync(join(tmpdir(), 'ementech-uploads-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

let folders = 0
const newFolder = () => join(work, `folder-${folders++}`)

describe('memoryStorage()', () => {
  const contract = storageContract(() => {
    const storage = memoryStorage()
    return { storage, read: async ({ key }) => storage.files.get(key) }
  })
  for (const { name, run } of contract) it(name, run)
})

describe('diskStorage()', () => {
  const contract = storageContract(() => {
    const dir = newFolder()
    const read = ({ key }: StoredFile) => readFile(join(dir, key)).catch(() => undefined)
    return { storage: diskStorage({ dir }), read }
  })
  for (const { name, run } of contract) it(name, run)

  it('leaves nothing aside, neither of what it stored nor of what broke', async () => {
    const dir = newFolder()
    const [, express] = expressVersions[0]
    await using app = await startApp(express, { storage: diskStorage({ dir }) })
    await send(`${app.url}/one`, form({ bytes: sample.jpeg(40, 30, 90_000) }))
    await send(`${app.url}/one`, form({ bytes: sample.jpeg(40, 30, 200_000) }))
    expect(readdirSync(join(dir, '.incoming'))).toEqual([])
    expect(readdirSync(join(dir, 'picture'))).toHaveLength(1)
  })

  it('keeps files and folders from other users of the machine', async () => {
    const dir = newFolder()
    await diskStorage({ dir }).put(Readable.from([sample.jpeg()]), fileNamed('a/b.jpg'))
    expect(statSync(join(dir, 'a')).mode & 0o007).toBe(0)
    expect(statSync(join(dir, 'a/b.jpg')).mode & 0o007).toBe(0)
  })

  it('sweeps what a process that died has left, and not what another one is writing', async () => {
    const dir = newFolder()
    const storage = diskStorage({ dir })
    const [old, fresh] = [join(dir, '.incoming/old'), join(dir, '.incoming/fresh')]
    for (const path of [old, fresh]) writeFileSync(path, 'half a file')
    const dayBeforeYesterday = new Date(Date.now() - 172_800_000)
    utimesSync(old, dayBeforeYesterday, dayBeforeYesterday)
    await storage.put(Readable.from([sample.jpeg()]), fileNamed('a/b.jpg'))
    expect(readdirSync(join(dir, '.incoming'))).toEqual(['fresh'])
  })

  it('refuses a folder and addresses that cannot be', () => {
    expect(() => diskStorage({ dir: '' })).toThrow(TypeError)
    expect(() => diskStorage({ dir: work, baseUrl: 'javascript:' })).toThrow(TypeError)
    expect(() => diskStorage({ dir: work, baseUrl: '/uploads/' })).toThrow(/no slash at its end/)
    const storage = diskStorage({ dir: work, baseUrl: 'https://files.example/u' })
    expect(storage.url({ key: 'a/b.jpg' })).toBe('https://files.example/u/a/b.jpg')
  })
})

describe.each(expressVersions)('what the disk serves on %s', (_name, express) => {
  async function startFiles() {
    const dir = newFolder()
    const storage = diskStorage({ dir })
    const uploads = createUploads({ storage, policies: { picture: pictures } })
    for (const [key, bytes] of Object.entries(files))
      await storage.put(Readable.from([bytes]), fileNamed(key))
    writeFileSync(join(dir, 'secret.txt'), 'secret')
    writeFileSync(join(work, 'beside.jpg'), 'secret')
    const app = express()
    app.use('/uploads', uploads.serve())
    app.use((_req, res) => void res.status(404).json({ code: 'NOT_FOUND' }))
    return { ...(await serve(app)), uploads }
  }
  const files = {
    'p/a.jpg': sample.jpeg(40, 30, 5_000),
    'p/b.pdf': sample.pdf(),
    'p/c.mp4': sample.mp4(9_000),
  }

  it('has the type of its kind, and no rights in a browser', async () => {
    await using app = await startFiles()
    const answer = await fetch(app.url + app.uploads.url({ key: 'p/a.jpg' }))
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(files['p/a.jpg'])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': '5000',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': 'inline',
      'cache-control': 'public, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'cross-origin',
      'accept-ranges': 'bytes',
    })
  })

  it('is saved and not shown when it is a document', async () => {
    await using app = await startFiles()
    const { headers } = await fetch(`${app.url}/uploads/p/b.pdf`)
    expect(headers.get('content-type')).toBe('application/pdf')
    expect(headers.get('content-disposition')).toBe('attachment; filename="b.pdf"')
  })

  it('comes in ranges, by condition, and as headers alone', async () => {
    await using app = await startFiles()
    const url = `${app.url}/uploads/p/c.mp4`
    const part = await fetch(url, { headers: { Range: 'bytes=10-19' } })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer())).toEqual(files['p/c.mp4'].subarray(10, 20))
    const head = await fetch(url, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe('9000')
    const etag = head.headers.get('etag')!
    expect((await rawRequest(url, { headers: { 'If-None-Match': etag } })).status).toBe(304)
    expect((await fetch(url, { headers: { Range: 'bytes=99999-' } })).status).toBe(416)
  })

  it.each([
    '/uploads/p/none.jpg',
    '/uploads/p',
    '/uploads/',
    '/uploads/secret.txt',
    '/uploads/../beside.jpg',
    '/uploads/%2e%2e/beside.jpg',
    '/uploads/..%2fbeside.jpg',
    '/uploads/p/..%5c..%5cbeside.jpg',
    '/uploads//etc/passwd',
    '/uploads/.incoming/x.jpg',
    '/uploads/p/a.jpg%00.html',
    '/uploads/p/a.jpg/',
  ])('is nothing at %s', async (path) => {
    await using app = await startFiles()
    const answer = await rawRequest(app.url + path, {})
    expect(answer.status).toBe(404)
    expect(answer.body).toContain('NOT_FOUND')
    expect(answer.headers['cache-control']).toBeUndefined()
  })

  it('is for reading alone', async () => {
    await using app = await startFiles()
    expect((await fetch(`${app.url}/uploads/p/a.jpg`, { method: 'POST' })).status).toBe(404)
  })

  it('is gone once it is removed', async () => {
    await using app = await startFiles()
    await app.uploads.remove({ key: 'p/a.jpg' })
    expect((await fetch(`${app.url}/uploads/p/a.jpg`)).status).toBe(404)
  })

  it('shows a polyglot as the picture that it is also, and as nothing else', async () => {
    const dir = newFolder()
    await using app = await startApp(express, { storage: diskStorage({ dir }), policy: { kinds: ['gif'] } })
    const polyglot = Buffer.concat([sample.gif(10, 10, 20), Buffer.from('<script>alert(1)</script>')])
    const { file } = await send(
      `${app.url}/one`,
      form({ bytes: polyglot, type: 'image/gif', name: 'x.html' }),
    )
    await using files = await serve(express().use('/uploads', app.uploads.serve()))
    const { headers } = await fetch(files.url + app.uploads.url(file as unknown as StoredFile))
    expect(headers.get('content-type')).toBe('image/gif')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain('sandbox')
    await until('the folder holds it', () => readdirSync(join(dir, 'picture')).length === 1)
  })
})

function fileNamed(key: string) {
  return { key, kind: 'jpeg', type: 'image/jpeg', signal: new AbortController().signal } as const
}
