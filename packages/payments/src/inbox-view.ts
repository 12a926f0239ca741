import { maskText } from './mask.js'
import { assertKnownKeys } from './options.js'
import type { EntryState, Inbox, ListedEntry } from './store.js'

/** A callback in a list; `deadLetters.inspect(id)` shows all of it. */
export interface ListedCallback {
  id: string
  provider: string
  /** The provider's name for this kind of callback. */
  type?: string
  state: EntryState
  paymentId: string
  /** Which key proved it; `sweep` if it never came and was found in the provider's list. */
  verifiedBy: string
  receivedAt: Date
  deliveries: number
  attempts: number
  /** The last error, with phone numbers masked. */
  error?: string
  /** Why nothing follows from it. */
  ignored?: string
}

/** Which callbacks are listed. */
export interface InboxListOptions {
  /** At most so many. Default 100, at most 1000. */
  limit?: number
  /** Default any. */
  state?: EntryState
  /** The provider's name for a kind of callback. Default any. */
  type?: string
}

/** What has come in, for people: an admin page shows it beside `deadLetters`, which inspects and replays it. */
export interface InboxView {
  /** Received last first. */
  list(options?: InboxListOptions): Promise<ListedCallback[]>
}

const STATES: readonly unknown[] = ['pending', 'processing', 'done', 'ignored', 'dead', 'discarded']

/** What may be seen of an inbox in a list: no bodies. */
export function inboxView(inbox: Inbox): InboxView {
  return {
    async list(options = {}) {
      assertKnownKeys('inbox.list', options, ['limit', 'state', 'type'])
      const { limit = 100, state, type } = options
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
        throw new TypeError('inbox.list: limit is to be an integer from 1 to 1000')
      if (state !== undefined && !STATES.includes(state))
        throw new TypeError(`inbox.list: state is to be one of ${STATES.join(', ')}`)
      const filter = { limit, ...(state !== undefined && { state }), ...(type !== undefined && { type }) }
      return (await inbox.list(filter)).map(toListed)
    },
  }
}

function toListed({ entry, state, receivedAt, deliveries, attempts, errors }: ListedEntry): ListedCallback {
  const { id, provider, type, paymentId, verifiedBy, ignored } = entry
  const error = errors.at(-1)?.message
  return {
    id,
    provider,
    ...(type !== undefined && { type }),
    state,
    paymentId,
    verifiedBy,
    receivedAt,
    deliveries,
    attempts,
    ...(error !== undefined && { error: maskText(error) }),
    ...(ignored !== undefined && { ignored }),
  }
}
