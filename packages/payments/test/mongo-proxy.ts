import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { BSON } from 'mongodb'

/** What is to happen to the next command of this name. */
export type WireFault =
  /** Executed; then the connection breaks, with the answer in it. */
  | { command: string; fault: 'loseAnswer' }
  /** Not executed: the server answers this. */
  | { command: string; fault: 'refuse'; answer: object }
  /** Executed; to the answer this is added. */
  | { command: string; fault: 'amend'; answer: object }

/** Between a driver and its MongoDB, to break what cannot be broken from either side. */
export async function startMongoProxy(target: string) {
  const { port: targetPort, pathname } = new URL(target)
  const faults: WireFault[] = []
  const happened: WireFault[] = []
  const sockets = new Set<Socket>()

  const server = createServer((client) => {
    const upstream = connect(Number(targetPort), '127.0.0.1')
    const awaited = new Map<number, WireFault>()
    const destroy = () => [client, upstream].forEach((socket) => socket.destroy())
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.once('close', destroy).on('error', destroy)
    }
    client.on(
      'data',
      eachMessage((message) => {
        const name = commandOf(message)
        const index = faults.findIndex(({ command }) => command === name)
        const [fault] = index === -1 ? [] : faults.splice(index, 1)
        if (fault) happened.push(fault)
        if (fault?.fault === 'refuse') return client.write(reply(message.readInt32LE(4), fault.answer))
        if (fault) awaited.set(message.readInt32LE(4), fault)
        upstream.write(message)
      }),
    )
    upstream.on(
      'data',
      eachMessage((message) => {
        const to = message.readInt32LE(8)
        const fault = awaited.get(to)
        if (fault?.fault === 'loseAnswer') return destroy()
        client.write(fault ? reply(to, { ...bodyOf(message), ...amendment(fault) }) : message)
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    uri: `mongodb://127.0.0.1:${port}${pathname}`,
    faults,
    /** What was asked for and has been done. */
    happened,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const OP_MSG = 2013
/** Header (length, id, response to, operation), flags, and the kind of the first section. */
const BODY_AT = 21

/** Cuts a stream into messages of the wire protocol. */
function eachMessage(take: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0)
      take(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
  }
}

function commandOf(message: Buffer): string | undefined {
  return message.readInt32LE(12) === OP_MSG ? Object.keys(bodyOf(message))[0] : undefined
}

function bodyOf(message: Buffer): BSON.Document {
  const length = message.readInt32LE(BODY_AT)
  return BSON.deserialize(message.subarray(BODY_AT, BODY_AT + length))
}

function reply(to: number, document: object): Buffer {
  const body = BSON.serialize(document)
  const header = Buffer.alloc(BODY_AT)
  header.writeInt32LE(BODY_AT + body.length, 0)
  header.writeInt32LE(to, 8)
  header.writeInt32LE(OP_MSG, 12)
  return Buffer.concat([header, body])
}

function amendment(fault: WireFault): object {
  return fault.fault === 'amend' ? fault.answer : {}
}
