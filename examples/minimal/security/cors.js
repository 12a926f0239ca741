import { cors, errorHandler } from '@ementech/security'
import express from 'express'

const app = express()
app.use(cors({ origins: ['https://shop.example', 'https://*.shop.example'], credentials: true }))
app.get('/', (_req, res) => void res.send('ok'))
app.use(errorHandler())

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const url = `http://127.0.0.1:${port}`
  for (const Origin of ['https://www.shop.example', 'https://evil.example']) {
    const answer = await fetch(url, { headers: { Origin } })
    console.log(answer.status, answer.headers.get('access-control-allow-origin'))
  }
  server.close()
})
