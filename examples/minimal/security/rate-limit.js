import { errorHandler, loginLimit, rateLimit } from '@ementech/security'
import express from 'express'

const app = express()
app.use(express.json())
app.use(rateLimit({ policy: loginLimit((req) => req.body.email, { limit: 2 }) }))
app.post('/', (_req, res) => void res.send('ok'))
app.use(errorHandler())

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const url = `http://127.0.0.1:${port}`
  const headers = { 'Content-Type': 'application/json' }
  for (let attempt = 1; attempt <= 3; attempt++) {
    const answer = await fetch(url, { method: 'POST', headers, body: '{"email":"amina@shop.example"}' })
    console.log(answer.status, answer.headers.get('ratelimit')?.split(';')[1])
  }
  server.close()
})
