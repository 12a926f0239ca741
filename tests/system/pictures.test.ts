import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { admin } from '../../scripts/system.mjs'
import { call, startSystem } from '../support/shop.js'

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', 'base64')
const noCloudinary = Object.fromEntries(
  ['CLOUD_NAME', 'API_KEY', 'API_SECRET', 'URL', 'UPLOAD_PREFIX', 'DELIVERY_BASE'].map((name) => [
    `CLOUDINARY_${name}`,
    '',
  ]),
)

it('without Cloudinary the shop keeps pictures on its disk, and serves them as pictures and nothing else', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ementech-pictures-'))
  await using system = await startSystem({ env: { ...noCloudinary, UPLOAD_DIR: dir } })
  const { accessToken } = await call(system.url, 'POST', '/api/auth/login', admin)
  const headers = { authorization: `Bearer ${accessToken as string}` }
  const { products } = await call(system.url, 'GET', '/api/products')
  const { id } = (products as { id: string; slug: string }[]).find(({ slug }) => slug === 'kikombe')!
  const address = `${system.url}/api/admin/products/${id}/picture`

  const form = (bytes: Buffer) => {
    const data = new FormData()
    data.append('alt', 'A mug')
    data.append('picture', new File([new Uint8Array(bytes)], 'mug.png', { type: 'image/png' }))
    return data
  }
  const refused = await fetch(address, { method: 'PUT', headers, body: form(Buffer.from('<html>')) })
  expect(refused.status).toBe(415)
  expect(await refused.json()).toMatchObject({ code: 'UPLOADS_KIND_REFUSED' })
  expect((await fetch(address, { method: 'PUT', body: form(png) })).status).toBe(401)
  const taken = await fetch(address, { method: 'PUT', headers, body: form(png) })
  expect(taken.status).toBe(200)
  const { product } = (await taken.json()) as { product: { picture: string; pictureAlt: string } }
  expect(product.picture).toMatch(/^\/uploads\/products\/[\w-]+\.png$/)

  const served = await fetch(system.url + product.picture)
  expect(Buffer.from(await served.arrayBuffer())).toEqual(png)
  expect(served.headers.get('content-type')).toBe('image/png')
  expect(served.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
  expect(served.headers.get('x-content-type-options')).toBe('nosniff')

  expect((await fetch(address, { method: 'DELETE', headers })).status).toBe(200)
  expect(readdirSync(join(dir, 'products'))).toEqual([])
  rmSync(dir, { recursive: true, force: true })
})
