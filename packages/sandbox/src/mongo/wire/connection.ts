import type { Socket } from 'node:net'
import type { Reply, ServerState } from '../commands/command.js'
import { dispatch } from '../dispatch.js'
import { CommandError } from '../errors.js'
import { formatReply, parseMessage, type Message } from './message.js'

/** Larger messages than this are refused, as announced in the handshake (maxMessageSizeBytes). */
const MAX_MESSAGE_BYTES = 48_000_000

let lastReplyId = 0

/** Serves one connection: its messages are answered one after the other, in order. */
export function serveConnection(
  socket: Socket,
  state: ServerState,
  connectionId: number,
  onFatal: (err: unknown) => void,
): void {
  let pending: Buffer[] = []
  let pendingBytes = 0
  let queue = Promise.resolve()
  socket.setNoDelay(true)
  // A client that goes away in the middle is no event here.
  socket.on('error', () => socket.destroy())

  socket.on('data', (chunk: Buffer) => {
    pending.push(chunk)
    pendingBytes += chunk.length
    for (;;) {
      const length = lengthOf(pending)
      if (length === undefined) return
      if (length < 16 || length > MAX_MESSAGE_BYTES) {
        socket.destroy()
        return
      }
      if (pendingBytes < length) return
      const all = pending.length === 1 ? pending[0]! : Buffer.concat(pending)
      const rest = all.subarray(length)
      pending = rest.length > 0 ? [rest] : []
      pendingBytes = rest.length
      queue = queue.then(() => answer(all.subarray(0, length))).catch(onFatal)
    }
  })

  async function answer(bytes: Buffer): Promise<void> {
    let message: Message
    try {
      message = parseMessage(bytes)
    } catch {
      // Without a message there is nothing to answer to.
      socket.destroy()
      return
    }
    const reply = await replyTo(message, state, connectionId)
    if (message.wantsReply && !socket.destroyed) socket.write(formatReply(message, reply, ++lastReplyId))
  }
}

async function replyTo(message: Message, state: ServerState, connectionId: number): Promise<Reply> {
  if (message.body instanceof CommandError) return message.body.toReply()
  return dispatch(state, message.body, connectionId)
}

/** The length of the message that begins the chunks; `undefined` if not even that has arrived. */
function lengthOf(chunks: readonly Buffer[]): number | undefined {
  const [first] = chunks
  if (!first) return undefined
  if (first.length >= 4) return first.readInt32LE(0)
  const head = Buffer.concat(chunks as Buffer[])
  return head.length >= 4 ? head.readInt32LE(0) : undefined
}
