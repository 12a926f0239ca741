import { expect, it } from 'vitest'
import { runCli } from '../process.js'
import { clientOf, sandboxFor } from '../support.js'
import { png } from './pictures.js'
import { dataUri, refusalOf, refused, sdkFor, uploadBytes } from './support.js'

it('refuses with 420 or 429, or fails, as often as was ordered, and does nothing', async () => {
  const sandbox = await sandboxFor()
  const { faults } = sandbox.cloudinary
  const sdk = sdkFor(sandbox)
  const upload = () => sdk.uploader.upload(dataUri(png))
  faults.order({ fault: 'rateLimit', times: 2 })
  faults.order({ fault: 'rateLimit', status: 429 })
  faults.order({ fault: 'serverError' })
  faults.order({ fault: 'serverError', status: 503 })
  expect(await refusalOf(upload())).toEqual(refused(420, /^Rate Limit Exceeded/))
  expect(await refusalOf(upload())).toEqual(refused(420, /^Rate Limit Exceeded/))
  expect(await refusalOf(upload())).toEqual(refused(429, /^Rate Limit Exceeded/))
  expect(await refusalOf(upload())).toEqual(refused(500, 'General Error'))
  expect(await refusalOf(upload())).toEqual(refused(503, 'Server returned unexpected status code - 503'))
  expect([sandbox.cloudinary.assets(), faults.list()]).toEqual([[], []])
  expect(await upload()).toMatchObject({ width: 40 })
})

it('carries out what it does not answer, or answers late or with an error', async () => {
  const sandbox = await sandboxFor()
  const { faults, assets } = sandbox.cloudinary
  const { uploader } = sdkFor(sandbox)
  faults.order({ fault: 'loseAnswer', on: 'upload' })
  expect(await refusalOf(uploader.upload(dataUri(png), { public_id: 'a' }))).toMatchObject({
    code: 'ECONNRESET',
  })
  faults.order({ fault: 'serverErrorAfter', on: 'upload' })
  expect(await refusalOf(uploader.upload(dataUri(png), { public_id: 'b' }))).toEqual(
    refused(500, 'General Error'),
  )
  expect(assets().map(({ publicId }) => publicId)).toEqual(['a', 'b'])
  faults.order({ fault: 'slowAnswer', on: 'destroy', ms: 60_000 })
  const destroyed = uploader.destroy('a')
  await expect.poll(() => assets().length, { timeout: 60_000 }).toBe(1)
  await expect.poll(() => faults.list(), { timeout: 60_000 }).toEqual([])
  await sandbox.clock.advance(60_000)
  expect(await destroyed).toEqual({ result: 'ok' })
})

it('breaks off in the midst of an upload, of which nothing is kept, and of a delivery', async () => {
  const sandbox = await sandboxFor()
  const { faults, assets, requests } = sandbox.cloudinary
  const sdk = sdkFor(sandbox)
  faults.order({ fault: 'resetUpload', bytes: 70_000 })
  const large = Buffer.concat([png, Buffer.alloc(200_000)])
  expect(await refusalOf(uploadBytes(sdk, large))).toMatchObject({
    code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) as string,
  })
  expect(assets()).toEqual([])
  const { secure_url } = await uploadBytes(sdk, large)
  faults.order({ fault: 'resetDelivery', bytes: 5000 })
  const answer = await fetch(secure_url)
  expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(large.length)])
  await expect(answer.arrayBuffer()).rejects.toThrow('terminated')
  expect((await (await fetch(secure_url)).arrayBuffer()).byteLength).toBe(large.length)
  expect(requests().map(({ operation, status }) => [operation, status])).toEqual([
    ['upload', 200],
    ['delivery', 200],
    ['delivery', 200],
  ])
})

it('refuses deliveries too, and nothing but what an order names', async () => {
  const sandbox = await sandboxFor()
  const sdk = sdkFor(sandbox)
  sandbox.cloudinary.faults.order({ fault: 'serverError', on: 'delivery', status: 502 })
  sandbox.cloudinary.faults.order({ fault: 'rateLimit', on: 'delivery', status: 429 })
  const { secure_url } = await sdk.uploader.upload(dataUri(png))
  expect((await fetch(secure_url)).status).toBe(429)
  expect((await fetch(secure_url)).status).toBe(502)
  expect((await fetch(secure_url)).status).toBe(200)
})

it.each([
  [{ fault: 'rain' }, 'Unknown fault "rain"'],
  [{ fault: 'rateLimit', ms: 1 }, 'unknown option "ms"'],
  [{ fault: 'rateLimit', status: 500 }, '"status" must be one of 420, 429'],
  [{ fault: 'slowAnswer' }, '"ms" must be a whole number above 0'],
  [{ fault: 'resetUpload', bytes: 0 }, '"bytes" must be a whole number above 0'],
])('refuses the order %j', async (order, message) => {
  const sandbox = await sandboxFor()
  expect(() => sandbox.cloudinary.faults.order(order as never)).toThrow(message)
  const { status, json } = await clientOf(sandbox).control('POST', '/cloudinary/faults', order)
  expect([status, json.detail]).toEqual([400, expect.stringContaining(message)])
})

it('another process orders faults, and sees what was uploaded and asked', async () => {
  const sandbox = await sandboxFor()
  const { control } = clientOf(sandbox)
  const ordered = await control('POST', '/cloudinary/faults', { fault: 'rateLimit', on: 'upload' })
  expect(ordered).toMatchObject({ status: 201, json: { id: 1, fault: 'rateLimit', times: 1 } })
  expect((await control('GET', '/cloudinary/faults')).json).toMatchObject({
    standing: [{ fault: 'rateLimit' }],
    known: { resetUpload: { takes: ['on', 'bytes'] } },
  })
  expect((await control('DELETE', '/cloudinary/faults/1')).status).toBe(204)
  await control('POST', '/cloudinary/faults', { fault: 'serverError' })
  await control('DELETE', '/cloudinary/faults')
  const { asset_id } = await sdkFor(sandbox).uploader.upload(dataUri(png), { public_id: 'tea' })
  const { json } = await control('GET', '/cloudinary/assets')
  expect(json).toEqual({ assets: sandbox.cloudinary.assets(), totalBytes: png.length })
  expect(json.assets).toMatchObject([{ assetId: asset_id, publicId: 'tea', contentType: 'image/png' }])
  const content = await fetch(`${sandbox.url}/_sandbox/cloudinary/assets/${String(asset_id)}/content`)
  expect(Buffer.from(await content.arrayBuffer())).toEqual(png)
  expect((await control('GET', '/cloudinary/assets/none/content')).status).toBe(404)
  expect((await control('GET', '/cloudinary/requests')).json).toMatchObject([
    {
      ...{
        id: 1,
        operation: 'upload',
        method: 'POST',
        path: '/v1_1/ementech-sandbox/image/upload',
        status: 200,
      },
      fields: { public_id: 'tea', file: expect.stringMatching(/^data:image\/png/) as string },
    },
  ])
  expect((await control('DELETE', '/cloudinary/assets')).status).toBe(204)
  expect(sandbox.cloudinary.assets()).toEqual([])
})

it('refuses options that make no sense', async () => {
  const start = (cloudinary: object) => sandboxFor({ cloudinary })
  await expect(start({ maxImageByte: 1 })).rejects.toThrow('Did you mean "maxImageBytes"?')
  await expect(start({ maxTotalBytes: 0 })).rejects.toThrow('"maxTotalBytes" must be a whole number above 0')
  await expect(start({ uploadPresets: { a: { unsigned: true } } })).rejects.toThrow(
    'Did you mean "isUnsigned"?',
  )
  expect(await runCli('cloudinary', '--port', 'x')).toMatchObject({ code: 2 })
})
