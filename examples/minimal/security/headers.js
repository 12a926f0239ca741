import { errorHandler, getNonces, securityHeaders } from '@ementech/security'
import express from 'express'

const app = express()
app.use(securityHeaders({ preset: 'web', nonces: true, services: ['stripe'] }))
app.get('/', (req, res) => void res.send(`<script nonce="${getNonces(req).script}">hello()</script>`))
app.use(errorHandler())

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const url = `http://127.0.0.1:${port}`
  const answer = await fetch(url)
  console.log(answer.status, answer.headers.get('content-security-policy')?.includes("default-src 'none'"))
  server.close()
})
