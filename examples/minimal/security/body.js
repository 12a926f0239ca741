import { bodyParsers, errorHandler } from '@ementech/security'
import express from 'express'

const app = express()
app.use(bodyParsers({ maxJsonBytes: 32 }))
app.post('/', (req, res) => void res.json(req.body))
app.use(errorHandler())

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const url = `http://127.0.0.1:${port}`
  const headers = { 'Content-Type': 'application/json' }
  for (const body of ['{"tea":1}', JSON.stringify({ tea: 'x'.repeat(32) })]) {
    const answer = await fetch(url, { method: 'POST', headers, body })
    console.log(answer.status, answer.headers.get('content-type'))
  }
  server.close()
})
