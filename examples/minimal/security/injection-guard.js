import { errorHandler, injectionGuard } from '@ementech/security'
import express from 'express'

const app = express()
app.use(express.json(), injectionGuard({ allow: { '/': { repeated: ['tag'] } } }))
app.post('/', (req, res) => void res.json(req.query))
app.use(errorHandler())

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const url = `http://127.0.0.1:${port}`
  const headers = { 'Content-Type': 'application/json' }
  for (const body of ['{"password":"a"}', '{"password":{"$ne":"a"}}']) {
    const answer = await fetch(`${url}/?tag=tea&tag=milk`, { method: 'POST', headers, body })
    console.log(answer.status, await answer.text())
  }
  server.close()
})
