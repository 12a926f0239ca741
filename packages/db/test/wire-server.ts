import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { BSON } from 'mongodb'

type Document = Record<string, unknown>

/** What a command is answered with; undefined leaves it without an answer. */
export type Respond = (name: string, command: Document) => Document | undefined

const hello = {
  ok: 1,
  isWritablePrimary: true,
  ismaster: true,
  helloOk: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 21,
}

/**
 * Speaks just enough of the wire protocol to misbehave in it: a server that refuses credentials or falls silent. What a
 * server does when all is well is not tested with it.
 */
export async function startWireServer(respond: Respond, port = 0, { silent = false } = {}) {
  const sockets = new Set<Socket>()
  const commands: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    let pending: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 16 && pending.length >= pending.readInt32LE(0)) {
        const message = pending.subarray(0, pending.readInt32LE(0))
        pending = pending.subarray(message.length)
        answer(socket, message)
      }
    })
  })

  function answer(socket: Socket, message: Buffer): void {
    const isMsg = message.readInt32LE(12) === 2013
    const body = isMsg ? message.subarray(21) : message.subarray(message.indexOf(0, 20) + 9)
    const command = BSON.deserialize(body.subarray(0, body.readInt32LE(0)))
    const name = Object.keys(command)[0] ?? ''
    commands.push(name)
    const reply = silent ? undefined : /^(hello|ismaster)$/i.test(name) ? hello : respond(name, command)
    if (!reply) return
    const document = BSON.serialize(reply)
    const head = isMsg ? Buffer.alloc(5) : Buffer.alloc(20)
    if (!isMsg) head.writeInt32LE(1, 16)
    const header = Buffer.alloc(16)
    header.writeInt32LE(16 + head.length + document.length, 0)
    header.writeInt32LE(message.readInt32LE(4), 8)
    header.writeInt32LE(isMsg ? 2013 : 1, 12)
    socket.write(Buffer.concat([header, head, document]))
  }

  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    commands,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
