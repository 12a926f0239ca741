import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startSandbox } from '../../src/index.js'
import { directoryFor, startCli } from '../process.js'
import { sandboxFor } from '../support.js'
import { jpg, png } from './pictures.js'
import { dataUri, sdkFor } from './support.js'

it('a kill -9 loses nothing that was answered, and leaves no bytes behind that nothing speaks of', async () => {
  const dir = directoryFor()
  const folder = join(dir, 'cloudinary')
  const first = await startCli('cloudinary', '--port', '0', '--dir', dir)
  const { uploader } = sdkFor(first)
  const tea = await uploader.upload(dataUri(png), { public_id: 'tea', tags: ['a'], context: { alt: 'Tea' } })
  await uploader.upload(dataUri(png), { public_id: 'milk' })
  await uploader.destroy('milk')
  // A chunk that was acknowledged, and uploads that the crash cuts off.
  const sendChunk = async (env: typeof first.env, bytes: Buffer, range: string) => {
    const body = new FormData()
    body.set('file', new Blob([new Uint8Array(bytes)]), 'a')
    body.set('upload_preset', 'sandbox_unsigned')
    body.set('public_id', 'large')
    const headers = { 'x-unique-upload-id': 'u1', 'content-range': `bytes ${range}` }
    const url = `${env.CLOUDINARY_UPLOAD_PREFIX}/v1_1/${env.CLOUDINARY_CLOUD_NAME}/raw/upload`
    return (await (await fetch(url, { method: 'POST', body, headers })).json()) as object
  }
  const half = Buffer.alloc(5 * 1024 * 1024, 'half')
  const [total, before] = [half.length + 10, half.length - 1]
  expect(await sendChunk(first.env, half, `0-${before}/${total}`)).toMatchObject({ done: false })
  const cutOff = Promise.allSettled(Array.from({ length: 20 }, () => uploader.upload(dataUri(jpg))))
  await first.kill('SIGKILL')
  const answered = (await cutOff).flatMap((each) =>
    each.status === 'fulfilled' ? [each.value.public_id] : [],
  )
  writeFileSync(join(folder, 'torn'), 'half a pict')

  const second = await startSandbox({ dir, timeScale: 0 })
  onTestFinished(() => second.close())
  const assets = second.cloudinary.assets()
  expect(assets.map(({ publicId }) => publicId)).toEqual(expect.arrayContaining(['tea', ...answered]))
  expect(readdirSync(folder)).toHaveLength(assets.length + 1)
  const { api } = sdkFor(second)
  const again = (await api.resource('tea')) as { secure_url: string }
  expect(again).toMatchObject({
    asset_id: tea.asset_id as string,
    tags: ['a'],
    context: { custom: { alt: 'Tea' } },
  })
  expect(Buffer.from(await (await fetch(again.secure_url)).arrayBuffer())).toEqual(png)
  expect(
    await sendChunk(second.env, half.subarray(0, 10), `${half.length}-${total - 1}/${total}`),
  ).toMatchObject({
    public_id: 'large',
    bytes: total,
  })
})

it('bytes go when nothing speaks of them any more', async () => {
  const dir = directoryFor()
  const sandbox = await sandboxFor({ dir, cloudinary: { minChunkBytes: 10 } })
  const { api, uploader } = sdkFor(sandbox)
  const files = () => readdirSync(join(dir, 'cloudinary')).length
  await uploader.upload(dataUri(png), { public_id: 'tea' })
  await uploader.upload(dataUri(jpg), { public_id: 'tea' })
  await uploader.upload(dataUri(png), { public_id: 'tea', overwrite: false })
  expect(files()).toBe(1)
  await uploader.upload(dataUri(png), { public_id: 'milk' })
  await uploader.rename('milk', 'tea', { overwrite: true })
  expect(files()).toBe(1)
  await uploader.destroy('tea')
  await uploader.upload(dataUri(png), { public_id: 'milk' })
  await api.delete_all_resources()
  expect(files()).toBe(0)
  await uploader.upload(dataUri(png))
  await sandbox.cloudinary.clear()
  expect(files()).toBe(0)
})
