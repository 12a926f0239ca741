import express, { type ErrorRequestHandler } from 'express'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { getUploads, type UploadedFile } from '@ementech/uploads'
import { memoryStorage } from '@ementech/uploads/testing'
import { leftoverModel } from '../src/models/leftover.js'
import { createPictures, pictureViewer } from '../src/services/pictures.js'
import { databases, servicesOn } from './support.js'

const database = databases()
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', 'base64')
const closers: (() => void)[] = []
afterAll(() => closers.forEach((close) => close()))

async function shop() {
  const connection = database.create()
  const { Product, product } = await servicesOn(connection)
  const Leftover = leftoverModel(connection)
  const memory = memoryStorage()
  const faults = { remove: false }
  const storage = {
    ...memory,
    remove: async (file: { key: string }) => {
      if (faults.remove) throw new Error('the storage is away')
      await memory.remove(file)
    },
  }
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const pictures = createPictures({ Product, Leftover, storage, logger })
  const id = (await product()).id as string

  /** Sends a picture as the office does; what the route does with it is the test's. */
  async function send(then: (file: UploadedFile) => Promise<void>, bytes: Buffer = png) {
    const app = express()
    app.post('/', pictures.upload, async (req, res) => {
      await then(getUploads(req).file)
      res.json({})
    })
    app.use(((err: { status?: number }, _req, res, _next) => {
      res.status(err.status ?? 500).json({})
    }) satisfies ErrorRequestHandler)
    const server = app.listen(0, '127.0.0.1')
    closers.push(() => server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const body = new FormData()
    body.append('picture', new File([new Uint8Array(bytes)], 'me.png', { type: 'image/png' }))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return (await fetch(url, { method: 'POST', body })).status
  }

  return {
    ...{ pictures, memory, Leftover, Product, faults, id, send },
    put: (alt = 'A mug') => send((file) => pictures.put(id, file, alt)),
    keys: () => [...memory.files.keys()],
    photo: async () => (await Product.findById(id))!.photo,
    /** The hour and the minute have passed. */
    later: () => Leftover.updateMany({}, { dueAt: new Date(0) }),
  }
}

describe('pictures of products', () => {
  it('are stored, described and shown; nothing is left to be cleared', async () => {
    const { put, photo, keys, pictures, Leftover, id } = await shop()
    expect(await put()).toBe(200)
    expect(await photo()).toMatchObject({ key: keys()[0], width: 1, height: 1, alt: 'A mug' })
    await pictures.describe(id, 'A blue mug')
    expect((await photo())?.alt).toBe('A blue mug')
    expect(await Leftover.countDocuments()).toBe(0)
  })

  it('are removed from the storage when they are replaced, and when they are taken away', async () => {
    const { put, photo, keys, pictures, Leftover, id } = await shop()
    await put()
    const [first] = keys()
    await put()
    expect(keys()).toHaveLength(1)
    expect(keys()).not.toContain(first)
    await pictures.remove(id)
    expect(keys()).toEqual([])
    expect(await photo()).toBeUndefined()
    expect(await Leftover.countDocuments()).toBe(0)
    await expect(pictures.describe(id, 'x')).rejects.toMatchObject({ status: 404 })
  })

  it('leave no orphan when the server dies between the storage and the product', async () => {
    const { send, keys, pictures, later, Leftover } = await shop()
    // All that a crash does is that nothing more happens.
    expect(await send(async () => {})).toBe(200)
    expect(keys()).toHaveLength(1)
    await pictures.sweep()
    expect(keys()).toHaveLength(1)
    await later()
    await pictures.sweep()
    expect(keys()).toEqual([])
    expect(await Leftover.countDocuments()).toBe(0)
  })

  it('leave no orphan when the storage is away as they are removed', async () => {
    const { put, keys, pictures, later, faults, id } = await shop()
    await put()
    faults.remove = true
    await pictures.remove(id)
    expect(keys()).toHaveLength(1)
    faults.remove = false
    await later()
    await pictures.sweep()
    expect(keys()).toEqual([])
  })

  it('are never swept while a product has them, whatever was noted', async () => {
    const { put, photo, keys, pictures, Leftover, later } = await shop()
    await put()
    await Leftover.create({ _id: (await photo())!.key, dueAt: new Date() })
    await later()
    await pictures.sweep()
    expect(keys()).toHaveLength(1)
    expect(await Leftover.countDocuments()).toBe(0)
  })

  it('are one for a product, also when ten are sent at once, and no other stays', async () => {
    const { put, photo, keys, pictures, later } = await shop()
    const statuses = await Promise.all(Array.from({ length: 10 }, () => put()))
    expect(statuses).toContain(200)
    expect(statuses.every((status) => status === 200 || status === 409)).toBe(true)
    await later()
    await pictures.sweep()
    expect(keys()).toEqual([(await photo())!.key])
  })

  it('are of no product that is not there', async () => {
    const { send, pictures, keys, later } = await shop()
    const nobody = 'f'.repeat(24)
    expect(await send((file) => pictures.put(nobody, file, ''))).toBe(404)
    await later()
    await pictures.sweep()
    expect(keys()).toEqual([])
  })

  it('come in several widths where the storage can do so, and else as one', () => {
    const photo = { key: 'products/a.jpg', alt: 'A mug' }
    const scaling = pictureViewer({ url: ({ key }, { width } = {}) => `https://x.example/w_${width}/${key}` })
    const shown = scaling({ picture: '/drawn.svg', photo })
    expect(String(Object(shown).pictureSet)).toMatch(
      /w_160\/products\/a.jpg 160w, .*w_1280\/products\/a.jpg 1280w$/,
    )
    expect(pictureViewer(memoryStorage())({ picture: '/drawn.svg', photo })).toEqual({
      picture: '/uploads/products/a.jpg',
      pictureAlt: 'A mug',
    })
    expect(scaling({ picture: '/drawn.svg' })).toEqual({ picture: '/drawn.svg' })
  })
})
