// CSRF protection alone: the page of another site is refused, an old browser shows its token.
import { randomBytes } from 'node:crypto'
import { createCsrf, errorHandler } from '@ementech/security'
import express from 'express'

const csrf = createCsrf({ secret: randomBytes(32).toString('hex'), production: false })

const app = express()
app.use(csrf.protect)
app.get('/', (req, res) => void res.send(csrf.issue(req, res)))
app.post('/', (_req, res) => void res.send('bought'))
app.use(errorHandler())

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const url = `http://127.0.0.1:${port}/`
  const token = await (await fetch(url)).text()
  const Cookie = `csrf=${token}`
  for (const headers of [
    { Cookie, 'Sec-Fetch-Site': 'same-origin' },
    { Cookie, 'Sec-Fetch-Site': 'cross-site' },
    { Cookie, 'X-CSRF-Token': token },
    { Cookie },
  ])
    console.log((await fetch(url, { method: 'POST', headers })).status)
  server.close()
})
