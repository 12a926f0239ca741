import type { v2 as Sdk } from 'cloudinary'
import { expect, it } from 'vitest'
import { sandboxFor } from '../support.js'
import { jpg, mp4, png, svg } from './pictures.js'
import { dataUri, sdkFor, uploadBytes } from './support.js'

const look = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(url, { headers })
  return {
    status: answer.status,
    error: answer.headers.get('x-cld-error'),
    headers: answer.headers,
    bytes: Buffer.from(await answer.arrayBuffer()),
  }
}

/** Only without `secure` does the SDK build an address of another host than Cloudinary's. */
const addressOf = (sdk: typeof Sdk, publicId: string, options: object = {}) =>
  sdk.url(publicId, { secure: false, ...options })

it('delivers the original at every address that the SDK builds', async () => {
  const sdk = sdkFor(await sandboxFor())
  const { version } = await sdk.uploader.upload(dataUri(png), { public_id: 'tea/green leaf.1' })
  const options = [
    {},
    { format: 'jpg' },
    { version },
    {
      width: 400,
      height: 0.5,
      crop: 'fill',
      gravity: 'auto',
      quality: 'auto:good',
      fetch_format: 'auto',
      dpr: '2.0',
    },
    {
      transformation: [
        { width: 400, crop: 'limit' },
        { quality: 80, flags: ['progressive', 'sanitize'] },
      ],
    },
    { sign_url: true },
    { sign_url: true, width: 10, crop: 'scale', format: 'webp' },
    { sign_url: true, signature_algorithm: 'sha256', width: 10 },
    { sign_url: true, long_url_signature: true },
    { urlAnalytics: true },
  ]
  for (const each of options) {
    const { status, error, bytes } = await look(addressOf(sdk, 'tea/green leaf.1', each))
    expect([each, status, error, bytes.equals(png)]).toEqual([each, 200, null, true])
  }
})

it('says what it delivers, and how long that is good', async () => {
  const sandbox = await sandboxFor({ startMs: Date.parse('2026-11-26T10:00:00Z') })
  const { etag, secure_url } = await sdkFor(sandbox).uploader.upload(dataUri(jpg, 'image/jpeg'), {
    public_id: 'a',
  })
  const { headers } = await look(secure_url)
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'image/jpeg',
    'content-length': String(jpg.length),
    etag: `"${etag}"`,
    'last-modified': 'Thu, 26 Nov 2026 10:00:00 GMT',
    'cache-control': 'public, no-transform, immutable, max-age=2592000',
    'access-control-allow-origin': '*',
  })
  expect(
    (await look(secure_url, { 'if-none-match': `"${etag}"`, 'cache-control': 'max-age=0' })).status,
  ).toBe(304)
  const auto = secure_url.replace('/upload/', '/upload/f_auto/')
  expect((await look(auto)).headers.get('vary')).toBe('Accept')
  const named = secure_url.replace('/upload/', '/upload/fl_attachment:leaf/')
  expect((await look(named)).headers.get('content-disposition')).toBe('attachment; filename=leaf.jpg')
  const part = await look(secure_url, { range: 'bytes=2-5' })
  expect([part.status, part.headers.get('content-range'), part.bytes]).toEqual([
    206,
    `bytes 2-5/${jpg.length}`,
    jpg.subarray(2, 6),
  ])
  expect((await fetch(secure_url, { method: 'HEAD' })).headers.get('content-length')).toBe(String(jpg.length))
})

it.each([
  ['w_0', 'Invalid width in transformation: 0'],
  ['w_abc', 'Invalid width in transformation: abc'],
  ['h_-5', 'Invalid height in transformation: -5'],
  ['c_squeeze,w_10', 'Invalid crop in transformation: squeeze'],
  ['q_101', 'Invalid quality in transformation: 101'],
  ['q_auto:great', 'Invalid quality in transformation: auto:great'],
  ['f_docx', 'Invalid extension in transformation: docx'],
  ['dpr_0', 'Invalid dpr in transformation: 0'],
  ['fl_nothing', 'Invalid flag in transformation: nothing'],
  ['g_nowhere,c_fill', 'Invalid gravity in transformation: nowhere'],
  ['c_scale,g_auto,w_10', 'Invalid gravity in transformation: auto cannot be used with crop mode scale'],
  ['ab_cd', 'Invalid transformation component - ab_cd'],
  ['w_10,,h_10', 'Invalid transformation component - '],
  ['w_10/e_blur:300', 'Not in the sandbox: the transformation e_blur:300'],
])('refuses the transformation %s', async (transformation, error) => {
  const sandbox = await sandboxFor()
  await sdkFor(sandbox).uploader.upload(dataUri(png), { public_id: 'tea' })
  const url = `${sandbox.env.CLOUDINARY_DELIVERY_BASE}/${sandbox.env.CLOUDINARY_CLOUD_NAME}/image/upload`
  expect(await look(`${url}/${transformation}/tea.png`)).toMatchObject({ status: 400, error })
  expect(await look(`${url}/w_10,h_10/tea.png`)).toMatchObject({ status: 200, error: null })
})

it('refuses a signature that is not right, and whoever comes without one where it is needed', async () => {
  const sandbox = await sandboxFor()
  const sdk = sdkFor(sandbox)
  await sdk.uploader.upload(dataUri(png), { public_id: 'open' })
  const eager = [{ width: 10, crop: 'fit' }]
  const closed = await sdk.uploader.upload(dataUri(png), {
    public_id: 'a/closed one',
    type: 'authenticated',
    eager,
  })
  for (const { secure_url } of [closed, ...(closed.eager as Array<{ secure_url: string }>)]) {
    expect((await look(secure_url)).status).toBe(200) // its own addresses are signed
  }
  const signed = addressOf(sdk, 'open', { sign_url: true, width: 100, crop: 'fit' })
  expect((await look(signed)).status).toBe(200)
  const wrong = { status: 401, error: 'Invalid Signature' }
  expect(await look(signed.replace('w_100', 'w_900'))).toMatchObject(wrong)
  expect(await look(signed.replace('/open', '/other'))).toMatchObject(wrong)
  expect(await look(addressOf(sdk, 'a/closed one', { type: 'authenticated' }))).toMatchObject({
    status: 401,
    error: 'deny or ACL failure',
  })
  expect((await look(addressOf(sdk, 'a/closed one', { type: 'authenticated', sign_url: true }))).status).toBe(
    200,
  )
  expect((await look(addressOf(sdk, 'a/closed one'))).status).toBe(404)
})

it('has nothing under an id that is unknown, of another kind, or destroyed', async () => {
  const sandbox = await sandboxFor()
  const sdk = sdkFor(sandbox)
  const picture = await sdk.uploader.upload(dataUri(png), { public_id: 'shop/tea' })
  await uploadBytes(sdk, Buffer.from('<h1>hello</h1>'), { public_id: 'notes.html', resource_type: 'raw' })
  await uploadBytes(sdk, mp4, { public_id: 'film', resource_type: 'video' })
  const missing = { status: 404, error: 'Resource not found - shop/other' }
  expect(await look(addressOf(sdk, 'shop/other', { format: 'png' }))).toMatchObject(missing)
  expect(await look(addressOf(sdk, 'shop/tea', { resource_type: 'video' }))).toMatchObject({ status: 404 })
  const notes = await look(addressOf(sdk, 'notes.html', { resource_type: 'raw' }))
  expect([notes.status, notes.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect((await look(addressOf(sdk, 'film', { resource_type: 'video', format: 'mp4' }))).bytes).toEqual(mp4)
  expect(await look(addressOf(sdk, 'film', { resource_type: 'video', format: 'jpg' }))).toMatchObject({
    status: 400,
    error: 'Not in the sandbox: a picture of a video',
  })
  expect((await look(picture.secure_url)).status).toBe(200)
  expect(await sdk.uploader.destroy('shop/tea')).toEqual({ result: 'ok' })
  expect(await look(picture.secure_url)).toMatchObject({
    status: 404,
    error: 'Resource not found - shop/tea',
  })
})

it('what was uploaded runs nothing, however it is opened', async () => {
  const sdk = sdkFor(await sandboxFor())
  const { secure_url } = await uploadBytes(sdk, svg)
  const { headers } = await look(secure_url)
  expect(headers.get('content-type')).toBe('image/svg+xml')
  expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})
