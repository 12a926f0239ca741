import type { EventEmitter } from 'node:events'
import type { Namespace } from 'socket.io'
import { ClusterAdapter, type ClusterMessage, type ClusterResponse } from 'socket.io-adapter'

/** Joins the servers of one test as Redis joins processes, over the adapter interface of Socket.IO itself. */
export function createTestAdapter(bus: EventEmitter) {
  return class TestAdapter extends ClusterAdapter {
    closed = false
    readonly #receive = (message: ClusterMessage, offset: string): void => this.onMessage(message, offset)
    readonly #answer = (uid: string, response: ClusterResponse): void => {
      if (uid === this.uid) this.onResponse(response)
    }

    constructor(nsp: Namespace) {
      super(nsp)
      bus.on(`message ${this.nsp.name}`, this.#receive)
      bus.on('response', this.#answer)
    }

    override async doPublish(message: ClusterMessage): Promise<string> {
      setImmediate(() => bus.emit(`message ${this.nsp.name}`, message, '0'))
      return '0'
    }

    override async doPublishResponse(uid: string, response: ClusterResponse): Promise<void> {
      setImmediate(() => bus.emit('response', uid, response))
    }

    override close(): void {
      this.closed = true
      bus.off(`message ${this.nsp.name}`, this.#receive)
      bus.off('response', this.#answer)
    }
  }
}
