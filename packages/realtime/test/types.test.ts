import { createServer } from 'node:http'
import { expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { createRealtime, type Realtime, type RealtimeOptions, type RealtimeUser } from '../src/index.js'

interface Messages {
  paid: { orderId: string }
}

interface ShopUser extends RealtimeUser {
  sid: string
}

it('infers payloads from schemas, the user from authenticate, messages from the annotation', () => {
  const authenticate = async (token: string): Promise<ShopUser> => ({ sub: token, exp: 0, sid: 's' })
  const realtime: Realtime<Messages> = createRealtime(createServer(), {
    origins: [],
    authenticate,
    events: {
      watch: {
        schema: z.object({ orderId: z.string(), count: z.coerce.number() }),
        handle(data, { user }) {
          expectTypeOf(data).toEqualTypeOf<{ orderId: string; count: number }>()
          expectTypeOf(user).toEqualTypeOf<ShopUser>()
        },
      },
      ping: {
        schema: z.null(),
        handle: (data) => expectTypeOf(data).toEqualTypeOf<null>(),
      },
    },
  })
  realtime.toUser('amina').emit('paid', { orderId: '42' })
  // @ts-expect-error a payload that does not fit
  realtime.toUser('amina').emit('paid', { orderId: 42 })
  // @ts-expect-error a message that is not declared
  realtime.toUser('amina').emit('payed', { orderId: '42' })

  const untyped = createRealtime(createServer(), { origins: [], authenticate })
  untyped.toUser('amina').emit('anything', { at: 'all' })

  type Seam = (token: string) => Promise<{ sub: string; exp: number; roles?: string[] }>
  expectTypeOf<Seam>().toExtend<RealtimeOptions<RealtimeUser, never>['authenticate']>()
})
