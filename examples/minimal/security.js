import { randomBytes } from 'node:crypto'
import { createSecurity, getAuth, memorySessionStore } from '@ementech/security'
import express from 'express'
import { z } from 'zod'

const secret = randomBytes(32).toString('hex')
const security = createSecurity({
  tokens: { issuer: 'shop', audience: 'shop-api', keys: [{ kid: 'k1', alg: 'HS256', key: randomBytes(32) }] },
  sessions: { store: memorySessionStore(), secret, loadUser: async () => ({ roles: ['customer'] }) },
  production: false,
})
const hash = await security.passwords.hash('correct horse')
const login = security.validate({ body: z.strictObject({ password: z.string() }) })

const app = express().use(security.middleware)
app.post('/login', login, async (req, res) => {
  if (!(await security.passwords.verify(hash, login.of(req).body.password))) return void res.sendStatus(401)
  res.json(await security.sessions.start(req, res, { sub: 'amina', roles: ['customer'] }))
})
app.get('/me', security.authenticate(), (req, res) => void res.json(getAuth(req)))
app.use(security.notFound, security.errorHandler)

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const headers = { Authorization: `Bearer ${await security.tokens.sign({ sub: 'amina' })}` }
  const me = await fetch(`http://127.0.0.1:${port}/me`, { headers })
  console.log(me.status, await me.json())
  server.close()
})
