import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createTestAdapter } from './cluster-adapter.js'
import { next, rawClient, start, tokenFor, transports } from './helpers.js'

describe('toUser()', () => {
  it('reaches every device of that user, over both transports, and nobody else', async () => {
    await using app = await start<{ paid: string }>()
    const devices = transports.map((transport) =>
      rawClient(app.url, tokenFor('amina'), { transports: [transport] }),
    )
    using other = rawClient(app.url, tokenFor('juma'))
    await Promise.all([...devices, other].map((socket) => next(socket, 'connect')))
    const heard: string[] = []
    other.on('paid', (id: string) => heard.push(id))

    const arrived = Promise.all(devices.map((device) => next(device, 'paid')))
    app.realtime.toUser('amina').emit('paid', 'order-1')
    expect(await arrived).toEqual(['order-1', 'order-1'])

    app.realtime.toUser('juma').emit('paid', 'order-2')
    await next(other, 'paid')
    expect(heard).toEqual(['order-2'])
    for (const device of devices) device.disconnect()
  })

  it('reaches a user who is connected to another process, through the adapter', async () => {
    const bus = new EventEmitter()
    await using here = await start({ adapter: createTestAdapter(bus) as never })
    await using there = await start({ adapter: createTestAdapter(bus) as never })
    using client = rawClient(there.url, tokenFor('amina'))
    await next(client, 'connect')
    const paid = next(client, 'paid')
    here.realtime.toUser('amina').emit('paid', { orderId: '42' })
    expect(await paid).toEqual({ orderId: '42' })

    const gone = next(client, 'disconnect')
    here.realtime.toUser('amina').disconnect()
    expect(await gone).toBe('io server disconnect')
  })

  it('refuses an id that is none, which would reach a room that all such users share', async () => {
    await using app = await start()
    expect(() => app.realtime.toUser(undefined as never)).toThrow(TypeError)
    expect(() => app.realtime.toUser('')).toThrow(TypeError)
  })
})
