import { errorHandler, validate } from '@ementech/security'
import express from 'express'
import { z } from 'zod'

const app = express()
const search = validate({ query: z.object({ page: z.coerce.number().int().default(1) }) })
app.get('/', search, (req, res) => void res.json(search.of(req).query.page))
app.use(errorHandler())

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const url = `http://127.0.0.1:${port}`
  for (const query of ['', '?page=7', '?page=x']) {
    const answer = await fetch(url + query)
    console.log(answer.status, await answer.text())
  }
  server.close()
})
