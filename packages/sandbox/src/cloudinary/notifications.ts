import { createHash } from 'node:crypto'
import type { CloudinaryContext } from './context.js'
import { textOf, type Fields } from './form.js'
import { hexId } from './ids.js'
import { invalid } from './refusal.js'
import { cloud } from './settings.js'
import type { CloudinaryChange, Notification, NotificationAttempt } from './state.js'

/** How long after the change it is sent, in sandbox time. Cloudinary publishes no figure. */
const delayMs = 500
/** How long an application may take to answer, in real time. */
const answerTimeoutMs = 10_000
/** How much of an answer is kept, and how many notifications. */
const kept = { characters: 2000, notifications: 500 }

/**
 * Plans what is sent to the request's `notification_url`, as changes to be committed with those that it tells of.
 *
 * @throws Refusal if that is no URL
 */
export function planNotification(
  { clock, random, store, faults }: CloudinaryContext,
  fields: Fields,
  type: 'delete' | 'upload',
  facts: object,
): CloudinaryChange[] {
  const url = textOf(fields, 'notification_url')
  if (url === undefined) return []
  if (!/^https?:/i.test(url) || !URL.canParse(url)) throw invalid(`Invalid notification_url ${url}`)
  const timestamp = `${new Date(clock.now()).toISOString().slice(0, 19)}+00:00`
  const isDropped = faults.take('dropNotification', type) !== undefined
  const copies = faults.take('duplicateNotification', type) ? 2 : 1
  const notification: Notification = {
    id: '',
    url,
    body: JSON.stringify({ notification_type: type, timestamp, request_id: hexId(random), ...facts }),
    dueAtMs: clock.now() + (faults.take('delayNotification', type)?.ms ?? delayMs),
    isCorrupted: faults.take('corruptNotification', type) !== undefined,
    state: isDropped ? 'dropped' : 'pending',
  }
  const old = Object.keys(store.state.cloudinary.notifications).slice(0, -kept.notifications)
  return [
    ...old.map((id) => ({ type: 'cloudinaryDeleted', table: 'notifications', id }) as const),
    ...Array.from({ length: copies }, () => {
      const id = hexId(random)
      return { type: 'cloudinarySet', table: 'notifications', id, record: { ...notification, id } } as const
    }),
  ]
}

/** Creates what sends notifications: each once, whatever the answer. `takeUp()` looks for those that are new. */
export function createNotifications({ clock, store, logger }: CloudinaryContext) {
  const closing = new AbortController()
  const scheduled = new Set<string>()

  function takeUp(): void {
    for (const { id, state, dueAtMs } of Object.values(store.state.cloudinary.notifications)) {
      if (state !== 'pending' || scheduled.has(id)) continue
      scheduled.add(id)
      clock.at(dueAtMs, () => deliver(id))
    }
  }

  async function deliver(id: string): Promise<void> {
    scheduled.delete(id)
    const notification = store.state.cloudinary.notifications[id]
    if (!notification) return
    const attempt = await post(notification)
    if (closing.signal.aborted) return
    const isTaken = attempt.status !== undefined && attempt.status >= 200 && attempt.status < 300
    const record: Notification = { ...notification, attempt, state: isTaken ? 'delivered' : 'failed' }
    store.commit({ type: 'cloudinarySet', table: 'notifications', id, record })
    await store.saved().catch((err: unknown) => logger.error('A notification could not be recorded', { err }))
  }

  async function post({ url, body, isCorrupted }: Notification): Promise<NotificationAttempt> {
    const atMs = clock.now()
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signatureOf(body, isCorrupted) },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(answerTimeoutMs)]),
      })
      return { atMs, status: response.status, answer: (await response.text()).slice(0, kept.characters) }
    } catch (error) {
      return { atMs, error: reasonOf(error) }
    }
  }

  return { takeUp, close: () => closing.abort() }
}

/**
 * A plain hash over body, time and secret (cloudinary.com/documentation/notification_signatures). Its time is real time, for
 * that is what the application compares it with.
 */
function signatureOf(body: string, isCorrupted: boolean): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const secret = isCorrupted ? 'wrong' : cloud.apiSecret
  const signature = createHash('sha1')
    .update(body + timestamp + secret)
    .digest('hex')
  return { 'x-cld-timestamp': timestamp, 'x-cld-signature': signature }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException
  return code ?? error.message
}
