import { expect, it } from 'vitest'
import type { Sandbox } from '../../src/index.js'
import { sandboxFor } from '../support.js'
import { mp4, png } from './pictures.js'
import { sdkFor } from './support.js'

const megabyte = 1024 * 1024
const film = Buffer.concat([mp4, Buffer.alloc(12 * megabyte, 'frame')])

/** One chunk, as a client of our own would send it. */
async function send(sandbox: Sandbox, bytes: Buffer, range: string, id = 'film-1', type = 'video') {
  const { CLOUDINARY_UPLOAD_PREFIX: base, CLOUDINARY_CLOUD_NAME: name } = sandbox.env
  const body = new FormData()
  body.set('file', new Blob([new Uint8Array(bytes)]), 'film.mp4')
  body.set('upload_preset', 'sandbox_unsigned')
  body.set('public_id', 'film')
  const answer = await fetch(`${base}/v1_1/${name}/${type}/upload`, {
    ...{ method: 'POST', body },
    headers: { 'x-unique-upload-id': id, 'content-range': `bytes ${range}` },
  })
  return { status: answer.status, body: (await answer.json()) as { error?: { message: string } } }
}

it('puts together what the SDK sends in chunks, though it says the size only with the last', async () => {
  const sandbox = await sandboxFor()
  const sdk = sdkFor(sandbox)
  const answer = await new Promise((resolve, reject) => {
    const options = { resource_type: 'video' as const, chunk_size: 5 * megabyte, public_id: 'film' }
    sdk.uploader
      .upload_chunked_stream(options, (error, result) => (result ? resolve(result) : reject(error as Error)))
      .end(film)
  })
  expect(answer).toMatchObject({
    public_id: 'film',
    format: 'mp4',
    bytes: film.length,
    resource_type: 'video',
  })
  const [asset] = sandbox.cloudinary.assets()
  expect((await sandbox.cloudinary.content(asset?.assetId ?? '')).equals(film)).toBe(true)
  expect(sandbox.cloudinary.totalBytes()).toBe(film.length)
  const uploads = sandbox.cloudinary.requests().filter(({ operation }) => operation === 'upload')
  expect(uploads.map(({ answer }) => (answer as { done?: boolean }).done)).toEqual([false, false, undefined])
})

it('takes a chunk twice, as after an answer that was lost, and a new beginning', async () => {
  const sandbox = await sandboxFor({ cloudinary: { minChunkBytes: 10 } })
  const total = film.length
  const [a, b] = [film.subarray(0, 100), film.subarray(100, 250)]
  await send(sandbox, b, `0-149/${total}`)
  expect(await send(sandbox, a, `0-99/${total}`)).toMatchObject({
    status: 200,
    body: { done: false, bytes: 100 },
  })
  await send(sandbox, b, `100-249/${total}`)
  expect(await send(sandbox, b, `100-249/${total}`)).toMatchObject({ status: 200, body: { bytes: 250 } })
  expect(sandbox.cloudinary.totalBytes()).toBe(250)
  const last = await send(sandbox, film.subarray(250), `250-${total - 1}/${total}`)
  expect(last).toMatchObject({ status: 200, body: { bytes: total } })
  expect(sandbox.cloudinary.totalBytes()).toBe(total)
})

it('keeps uploads apart that go on at once', async () => {
  const sandbox = await sandboxFor({ cloudinary: { minChunkBytes: 10 } })
  const begin = (id: string) => send(sandbox, film.subarray(0, 100), '0-99/-1', id)
  await Promise.all(['one', 'two', '__proto__'].map(begin))
  expect(sandbox.cloudinary.totalBytes()).toBe(300)
  const end = (id: string, bytes: Buffer) =>
    send(sandbox, bytes, `100-${99 + bytes.length}/${100 + bytes.length}`, id)
  expect(await end('two', Buffer.from('second'))).toMatchObject({ body: { bytes: 106 } })
  expect(await end('__proto__', Buffer.from('third one'))).toMatchObject({ body: { existing: true } })
  expect(sandbox.cloudinary.totalBytes()).toBe(106 + 100)
})

it.each([
  ['a small chunk that is not the last', '0-199/1000', 'All parts except EOF-chunk must be larger than 5mb'],
  ['a range of another size', '0-100/1000', 'Invalid Content-Range: bytes 0-100/1000 for 200 bytes'],
  ['a range that is none', 'some', 'Invalid Content-Range: bytes some for 200 bytes'],
  ['an end behind the total', '0-199/100', 'Invalid Content-Range: bytes 0-199/100 for 200 bytes'],
  [
    'a file that will be too large',
    '0-199/999999999',
    /^File size too large. Got 999999999. Maximum is 104857600/,
  ],
  [
    'what has no beginning',
    '200-399/400',
    'Not in the sandbox: a chunk that does not follow the one before: bytes 200-399/400',
  ],
])('refuses %s', async (_what, range, message) => {
  const minChunkBytes = range.startsWith('0-199/9') ? 10 : 5 * megabyte
  const sandbox = await sandboxFor({ cloudinary: { minChunkBytes } })
  const answer = await send(sandbox, film.subarray(0, 200), range)
  expect(answer.status).toBe(400)
  expect(answer.body.error?.message).toMatch(message)
  expect(sandbox.cloudinary.totalBytes()).toBe(0)
})

it('forgets what was not finished within a day, and what is no picture in the end', async () => {
  const sandbox = await sandboxFor({ cloudinary: { minChunkBytes: 10 } })
  await send(sandbox, film.subarray(0, 100), '0-99/-1', 'left')
  await sandbox.clock.advance(25 * 3_600_000)
  await send(sandbox, film.subarray(0, 50), '0-49/-1', 'other', 'image')
  expect(sandbox.cloudinary.totalBytes()).toBe(50)
  const end = await send(sandbox, png, `50-${49 + png.length}/${50 + png.length}`, 'other', 'image')
  expect(end).toMatchObject({ status: 400, body: { error: { message: 'Invalid image file' } } })
  expect(sandbox.cloudinary.totalBytes()).toBe(0)
})
