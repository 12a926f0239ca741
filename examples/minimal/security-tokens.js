// Access tokens alone: a key of today, a key that takes over in an hour, and the public ones for other services.
import { generateKeyPairSync } from 'node:crypto'
import { authenticate, createTokens, errorHandler, getAuth, jwks } from '@ementech/security'
import express from 'express'

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const tokens = createTokens({
  issuer: 'https://shop.example',
  audience: 'shop-api',
  keys: [
    { kid: 'may', alg: 'ES256', key: newKey() },
    { kid: 'june', alg: 'ES256', key: newKey(), signFrom: new Date(Date.now() + 3_600_000) },
  ],
})

const app = express()
app.get('/.well-known/jwks.json', jwks({ tokens }))
app.get('/me', authenticate({ verify: tokens.verify }), (req, res) => void res.json(getAuth(req)))
app.use(errorHandler())

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const headers = { Authorization: `Bearer ${await tokens.sign({ sub: 'amina' })}` }
  const me = await fetch(`http://127.0.0.1:${port}/me`, { headers })
  console.log(me.status, await me.json(), tokens.publicKeys().length)
  server.close()
})
