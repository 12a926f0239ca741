import { errorHandler, notFound } from '@ementech/security'
import express from 'express'

const app = express()
app.get('/', () => {
  throw new Error('the password of the database is hunter2')
})
app.use(notFound())
app.use(errorHandler())

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const url = `http://127.0.0.1:${port}`
  for (const path of ['/', '/nowhere']) {
    const answer = await fetch(url + path)
    console.log(answer.status, await answer.text())
  }
  server.close()
})
