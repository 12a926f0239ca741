// Refresh tokens alone: a login, two tabs that renew at once, a log-out.
import { randomBytes } from 'node:crypto'
import { createSessions, createTokens, errorHandler, memorySessionStore } from '@ementech/security'
import express from 'express'

const secret = randomBytes(32).toString('hex')
const tokens = createTokens({
  issuer: 'shop',
  audience: 'api',
  keys: [{ kid: '1', alg: 'HS256', key: secret }],
})
const loadUser = async () => ({ roles: ['customer'] })
const sessions = createSessions({ tokens, secret, loadUser, store: memorySessionStore(), production: false })

const app = express()
app.post('/login', async (req, res) => void res.json(await sessions.start(req, res, { sub: 'amina' })))
app.post('/refresh', async (req, res) => void res.json(await sessions.renew(req, res)))
app.post('/logout', async (req, res) => void res.json(await sessions.end(req, res)))
app.use(errorHandler())

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const post = (path = '', Cookie = '') =>
    fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: { Cookie } })
  const cookie = (await post('/login')).headers.getSetCookie()[0]?.split(';')[0]
  const tabs = await Promise.all([post('/refresh', cookie), post('/refresh', cookie)])
  const [one, two] = tabs.map(({ headers }) => headers.getSetCookie()[0])
  await post('/logout', cookie)
  console.log(one === two, (await post('/refresh', cookie)).status)
  server.close()
})
