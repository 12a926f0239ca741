import { createServer } from 'node:http'
import { createRealtime } from '@ementech/realtime'
import { connectRealtime } from '@ementech/realtime/client'
import { z } from 'zod'

const server = createServer()
const realtime = createRealtime(server, {
  origins: ['https://shop.example'],
  authenticate: async (token) => ({ sub: token, exp: Date.now() / 1000 + 900 }), // security.tokens.verify fits
  events: {
    'order:watch': {
      schema: z.object({ orderId: z.string() }),
      handle: ({ orderId }, { user }) => `${user.sub} watches ${orderId}`,
    },
  },
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))

const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
const client = connectRealtime(`http://127.0.0.1:${port}`, { token: () => 'amina' })
console.log(await client.emit('order:watch', { orderId: '42' }))
const paid = new Promise((resolve) => client.on('order:paid', resolve))
realtime.toUser('amina').emit('order:paid', { orderId: '42' })
console.log(await paid)

client.close()
await realtime.close()
server.close()
