import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createUploads, getUploads } from '@ementech/uploads'
import { diskStorage } from '@ementech/uploads/disk'
import express from 'express'

const dir = await mkdtemp('/tmp/uploads-') // yours: a folder that outlives a release
const uploads = createUploads({
  storage: diskStorage({ dir, baseUrl: '/uploads' }), // or cloudinaryStorage({ ... })
  policies: { picture: { kinds: ['jpeg', 'png', 'webp'], maxFileBytes: 5_000_000 } },
})
const app = express()
app.use('/uploads', uploads.serve())
app.post('/pictures', uploads.single('picture', 'picture'), (req, res) => {
  const { key, width, height } = getUploads(req).file // keep the key in your database
  res.status(201).json({ width, height, url: uploads.url({ key }, { width: 400 }) })
})

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', 'base64')
  for (const bytes of [png, '<script>alert(1)</script>']) {
    const form = new FormData()
    form.append('picture', new File([bytes], 'photo.png', { type: 'image/png' }))
    const answer = await fetch(`http://127.0.0.1:${port}/pictures`, { method: 'POST', body: form })
    console.log(answer.status, answer.ok ? await answer.json() : await readdir(`${dir}/picture`))
  }
  await rm(dir, { recursive: true })
  server.close()
})
