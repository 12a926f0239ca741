import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { directoryFor } from '../process.js'
import { sandboxFor } from '../support.js'
import { gif, jpg, mp4, pdf, png, svg, webp } from './pictures.js'
import { dataUri, isResponse, refusalOf, refused, sdkFor, uploadBytes } from './support.js'

it('keeps a streamed picture and answers as Cloudinary does, signed', async () => {
  const sandbox = await sandboxFor({ startMs: Date.parse('2026-11-26T10:00:00Z') })
  const sdk = sdkFor(sandbox)
  const { url } = sandbox
  const answer = await uploadBytes(sdk, jpg, {
    folder: 'shop',
    tags: ['tea', 'green'],
    context: { alt: 'A=b|c' },
  })
  expect(answer).toEqual({
    asset_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    public_id: expect.stringMatching(/^shop\/[a-z0-9]{20}$/) as string,
    version: 1_795_687_200,
    version_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    signature: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
    width: 40,
    height: 30,
    format: 'jpg',
    resource_type: 'image',
    created_at: '2026-11-26T10:00:00Z',
    tags: ['tea', 'green'],
    bytes: jpg.length,
    type: 'upload',
    etag: createHash('md5').update(jpg).digest('hex'),
    placeholder: false,
    url: `${url}/ementech-sandbox/image/upload/v1795687200/${answer.public_id}.jpg`,
    secure_url: `${url}/ementech-sandbox/image/upload/v1795687200/${answer.public_id}.jpg`,
    asset_folder: 'shop',
    display_name: answer.public_id.slice('shop/'.length),
    original_filename: 'file',
    access_mode: 'public',
    api_key: sandbox.env.CLOUDINARY_API_KEY,
    context: { custom: { alt: 'A=b|c' } },
  })
  const { public_id, version, signature } = answer
  expect(isResponse(sdk)(public_id, version, signature)).toBe(true)
  expect(isResponse(sdk)(`${public_id}2`, version, signature)).toBe(false)
  const delivered = await fetch(answer.secure_url)
  expect(Buffer.from(await delivered.arrayBuffer())).toEqual(jpg)
})

it.each([
  ['jpg', jpg],
  ['png', png],
  ['gif', gif],
  ['webp', webp],
  ['svg', svg],
])('reads format and size of %s from its bytes, whatever its name says', async (format, bytes) => {
  const sdk = sdkFor(await sandboxFor())
  const answer = await uploadBytes(sdk, bytes, { filename: 'invoice.pdf' })
  expect(answer).toMatchObject({
    format,
    width: 40,
    height: 30,
    resource_type: 'image',
    original_filename: 'invoice',
  })
})

it.each([
  ['image', gif, 'image', 'gif'],
  ['video', mp4, 'video', 'mp4'],
  ['raw', jpg, 'raw', undefined],
  ['auto', png, 'image', 'png'],
  ['auto', mp4, 'video', 'mp4'],
  ['auto', Buffer.from('name,price\n'), 'raw', undefined],
])('takes %s, and finds out what it is', async (wanted, bytes, resource_type, format) => {
  const sdk = sdkFor(await sandboxFor())
  const answer = await uploadBytes(sdk, bytes, { resource_type: wanted, filename: 'a.csv' })
  expect(answer.resource_type).toBe(resource_type)
  expect(answer.format).toBe(format)
  expect(answer.public_id).toMatch(resource_type === 'raw' ? /^[a-z0-9]{20}\.csv$/ : /^[a-z0-9]{20}$/)
})

it('takes a data URI and a path, by Basic authentication, SHA-256 and either version of the signature', async () => {
  const sandbox = await sandboxFor()
  const dir = directoryFor()
  writeFileSync(join(dir, 'tea.png'), png)
  for (const options of [{}, { signature_algorithm: 'sha256' }, { signature_version: 1 }]) {
    const sdk = sdkFor(sandbox, options)
    expect(await sdk.uploader.upload(dataUri(png))).toMatchObject({
      width: 40,
      etag: expect.any(String) as string,
    })
    const named = { use_filename: true, unique_filename: false, context: 'a=1&folder=2' }
    expect(await sdk.uploader.upload(join(dir, 'tea.png'), named)).toMatchObject({ public_id: 'tea' })
  }
  const { CLOUDINARY_API_KEY: key, CLOUDINARY_API_SECRET: secret } = sandbox.env
  const body = new FormData()
  body.set('file', new Blob([png]), 'tea.png')
  const upload = (authorization: string) =>
    fetch(`${sandbox.env.CLOUDINARY_UPLOAD_PREFIX}/v1_1/${sandbox.env.CLOUDINARY_CLOUD_NAME}/auto/upload`, {
      ...{ method: 'POST', headers: { authorization }, body },
    })
  expect((await upload(`Basic ${btoa(`${key}:${secret}`)}`)).status).toBe(200)
  expect((await upload(`Basic ${btoa(`${key}:wrong`)}`)).status).toBe(401)
})

it('refuses what was not signed rightly, or long ago', async () => {
  const sandbox = await sandboxFor()
  const attempt = (options: Record<string, unknown>, call: object = {}) =>
    refusalOf(sdkFor(sandbox, options).uploader.upload(dataUri(png), call))
  expect(await attempt({ api_secret: 'wrong' }, { timestamp: 2_000_000_000 })).toEqual(
    refused(401, /^Invalid Signature [0-9a-f]{40}\. String to sign - 'timestamp=2000000000'\.$/),
  )
  expect(await attempt({ api_key: '999999' })).toEqual(refused(401, 'Unknown API key 999999'))
  expect(await attempt({ cloud_name: 'other' })).toEqual(refused(401, 'Invalid cloud_name other'))
  expect(await attempt({}, { timestamp: 1_712_841_818 })).toEqual(
    refused(400, 'Stale request - reported time is 2024-04-11 13:23:38 +0000 which is more than 1 hour ago'),
  )
  expect(sandbox.cloudinary.assets()).toEqual([])
})

it('takes an unsigned upload with a preset for it, and nothing else unsigned', async () => {
  const sandbox = await sandboxFor({
    cloudinary: {
      uploadPresets: {
        avatars: { isUnsigned: true, parameters: { folder: 'people', allowed_formats: 'jpeg,png' } },
        office: {},
      },
    },
  })
  const sdk = sdkFor(sandbox)
  const attempt = (preset: string, options: object = {}, bytes = png) =>
    sdk.uploader.unsigned_upload(dataUri(bytes), preset, options)
  expect(await attempt('avatars', { public_id: 'amina' })).toMatchObject({ public_id: 'people/amina' })
  expect(await attempt('avatars', { public_id: 'amina' }, jpg)).toMatchObject({
    existing: true,
    format: 'png',
  })
  expect(await refusalOf(attempt('avatars', {}, gif))).toEqual(
    refused(400, 'Image file format gif not allowed'),
  )
  expect(await refusalOf(attempt('none'))).toEqual(refused(400, 'Upload preset not found'))
  expect(await refusalOf(attempt('office'))).toEqual(
    refused(400, 'Upload preset must be whitelisted for unsigned uploads'),
  )
  expect(await refusalOf(attempt(''))).toEqual(
    refused(400, 'Upload preset must be specified when using unsigned upload'),
  )
  expect(await refusalOf(attempt('avatars', { overwrite: true }))).toEqual(
    refused(
      400,
      /^Overwrite parameter is not allowed when using unsigned upload\. Only upload_preset,callback,/,
    ),
  )
})

it('replaces what is there, unless it is told not to', async () => {
  const sandbox = await sandboxFor()
  const sdk = sdkFor(sandbox)
  const first = await sdk.uploader.upload(dataUri(png), { public_id: 'tea' })
  const kept = await sdk.uploader.upload(dataUri(jpg), { public_id: 'tea', overwrite: false })
  expect(kept).toMatchObject({ existing: true, format: 'png', version: first.version })
  const second = await sdk.uploader.upload(dataUri(jpg), { public_id: 'tea' })
  expect(second).toMatchObject({ overwritten: true, format: 'jpg', asset_id: first.asset_id as string })
  expect(second.version).toBeGreaterThan(first.version)
  expect(sandbox.cloudinary.totalBytes()).toBe(jpg.length)
})

it.each([
  ['a text as an image', { bytes: Buffer.from('hello') }, 'Invalid image file'],
  ['a torn picture', { bytes: jpg.subarray(0, 100) }, 'Invalid image file'],
  ['a video as an image', { bytes: mp4 }, 'Invalid image file'],
  ['a picture as a video', { bytes: png, resource_type: 'video' }, 'Unsupported video format or file'],
  ['nothing', { bytes: Buffer.alloc(0), resource_type: 'raw' }, 'Empty file'],
  ['a PDF as an image', { bytes: pdf }, 'Not in the sandbox: reading pdf as an image'],
  ['a name that is none', { bytes: png, public_id: 'a?b' }, 'public_id (a?b) is invalid'],
  ['a name that leads upward', { bytes: png, public_id: '../a' }, 'public_id (../a) is invalid'],
  [
    'what it does not do',
    { bytes: png, moderation: 'manual' },
    'Not in the sandbox: the parameter moderation',
  ],
  [
    'a wrong transformation',
    { bytes: png, eager: [{ width: 0, crop: 'fill' }] },
    'Invalid width in transformation: 0',
  ],
])('refuses %s', async (_what, { bytes, ...options }, message) => {
  const sandbox = await sandboxFor()
  expect(await refusalOf(uploadBytes(sdkFor(sandbox), bytes, options))).toEqual(refused(400, message))
  expect(sandbox.cloudinary.totalBytes()).toBe(0)
})

it('refuses an address to fetch from, by name, what is no source at all, and a missing file', async () => {
  const sandbox = await sandboxFor()
  expect(await refusalOf(sdkFor(sandbox).uploader.upload('https://shop.example/tea.png'))).toEqual(
    refused(400, /^Not in the sandbox: fetching a file from an address/),
  )
  const { CLOUDINARY_UPLOAD_PREFIX: base, CLOUDINARY_CLOUD_NAME: name } = sandbox.env
  const upload = async (fields: Record<string, string>) => {
    const body = new URLSearchParams({ upload_preset: 'sandbox_unsigned', ...fields })
    const answer = await fetch(`${base}/v1_1/${name}/image/upload`, { method: 'POST', body })
    return { status: answer.status, error: answer.headers.get('x-cld-error') }
  }
  expect(await upload({ file: 'tea.png' })).toEqual({ status: 400, error: 'Unsupported source URL: tea.png' })
  expect(await upload({})).toEqual({ status: 400, error: 'Missing required parameter - file' })
})

it('says how large a file is that is too large, for each kind of its own', async () => {
  const cloudinary = { maxImageBytes: 1000, maxRawBytes: 2000, maxVideoBytes: 3000 }
  const sandbox = await sandboxFor({ cloudinary })
  const sdk = sdkFor(sandbox)
  const sized = (bytes: Buffer, size: number) => Buffer.concat([bytes, Buffer.alloc(size - bytes.length)])
  const tooLarge = (got: number, most: number) =>
    refused(400, `File size too large. Got ${got}. Maximum is ${most}.`)
  expect(await uploadBytes(sdk, sized(png, 1000))).toMatchObject({ bytes: 1000 })
  expect(await refusalOf(uploadBytes(sdk, sized(png, 1001)))).toEqual(tooLarge(1001, 1000))
  const upload = (bytes: Buffer) => uploadBytes(sdk, bytes, { resource_type: 'auto' })
  expect(await refusalOf(upload(sized(png, 1001)))).toEqual(tooLarge(1001, 1000))
  expect(await refusalOf(upload(sized(mp4, 3001)))).toEqual(tooLarge(3001, 3000))
  expect(await upload(sized(mp4, 3000))).toMatchObject({ bytes: 3000 })
  expect(await refusalOf(upload(sized(Buffer.from('text'), 2001)))).toEqual(tooLarge(2001, 2000))
})

it('keeps no more than it may in all, and says so, even to uploads at once', async () => {
  const sandbox = await sandboxFor({ dir: directoryFor(), cloudinary: { maxTotalBytes: 500 } })
  const sdk = sdkFor(sandbox)
  const uploads = await Promise.allSettled(Array.from({ length: 6 }, () => uploadBytes(sdk, png)))
  expect(uploads.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  expect(sandbox.cloudinary.totalBytes()).toBe(2 * png.length)
  expect(await refusalOf(uploadBytes(sdk, png))).toEqual(
    refused(400, 'Not in the sandbox: room for 201 bytes more. It keeps 500 (maxTotalBytes)'),
  )
})

it('takes transformations in advance, and says where they are', async () => {
  const sdk = sdkFor(await sandboxFor())
  const eager = [
    { width: 20, height: 15, crop: 'fill' },
    { width: 10, crop: 'scale', format: 'webp' },
  ]
  const { eager: derived } = await sdk.uploader.upload(dataUri(png), { public_id: 'tea', eager })
  expect(derived).toMatchObject([
    { transformation: 'c_fill,h_15,w_20', format: 'png', bytes: png.length },
    { transformation: 'c_scale,w_10/webp' },
  ])
  for (const { secure_url } of derived as Array<{ secure_url: string }>) {
    expect((await fetch(secure_url)).status).toBe(200)
  }
})

it('a client that goes away has uploaded nothing', async () => {
  const sandbox = await sandboxFor()
  const { hostname, port } = new URL(sandbox.url)
  const socket = connect(Number(port), hostname)
  const head = [
    `POST /v1_1/${sandbox.env.CLOUDINARY_CLOUD_NAME}/image/upload HTTP/1.1`,
    ...[
      `Host: ${hostname}:${port}`,
      'Content-Type: multipart/form-data; boundary=b',
      'Content-Length: 10000',
    ],
    ...['', '--b', 'Content-Disposition: form-data; name="file"; filename="a"', '', ''],
  ]
  socket.write(Buffer.concat([Buffer.from(head.join('\r\n')), png]), () => socket.destroy())
  await once(socket, 'close')
  await sdkFor(sandbox).uploader.upload(dataUri(png), { public_id: 'after' })
  expect(sandbox.cloudinary.assets().map(({ publicId }) => publicId)).toEqual(['after'])
  expect(sandbox.cloudinary.requests().map(({ status }) => status)).toEqual([200])
})

it.each([
  [
    'ends too soon',
    'boundary=b',
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
  ],
  ['has no boundary', '', '--b--'],
])('refuses a body that %s', async (_what, boundary, body) => {
  const sandbox = await sandboxFor()
  const answer = await fetch(`${sandbox.url}/v1_1/ementech-sandbox/image/upload`, {
    ...{ method: 'POST', body },
    headers: { 'content-type': `multipart/form-data; ${boundary}` },
  })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    error: { message: expect.stringMatching(/^Malformed multipart/) as string },
  })
})
