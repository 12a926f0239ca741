import express, { type Router } from 'express'
import type { Provider } from './provider.js'
import { receiveCallback, type ReceiverOptions } from './receive-callback.js'
import type { Inbox, InboxEntry } from './store.js'

/** What the router needs. */
export interface WebhookOptions extends Omit<ReceiverOptions, 'name' | 'callbacks' | 'keep'> {
  providers: Readonly<Record<string, Provider>>
  inbox: Inbox
}

/** The Router of all providers' callbacks. */
export function createWebhooks({ providers, inbox, ...options }: WebhookOptions): Router {
  const router = express.Router()
  for (const [name, { callbacks }] of Object.entries(providers)) {
    const keep = (entry: InboxEntry) => inbox.insert(entry)
    router.post([callbacks.path].flat(), receiveCallback({ ...options, name, callbacks, keep }))
  }
  return router
}
