import { api, ApiError, type ApiOptions } from './api'
import { lastPhone } from './phone'
import { keep } from './storage'
import { createStore, useStore } from './store'
import type { Device, Session, User } from './types'

export type SessionState =
  { status: 'loading' | 'anonymous'; user: null } | { status: 'signed-in'; user: User }

/** Who is here. The access token stays in memory; what survives a reload is the server's httpOnly cookie. */
export const session = createStore<SessionState>({ status: 'loading', user: null })

export const useSession = () => useStore(session)

// Spares a visitor who never signed in the request (and the 401) that would find nothing.
const returning = keep(() => localStorage, 'soko.returning')
const tabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('soko.session')

let access: { token: string; staleAt: number } | undefined

/** Signs a returning visitor in again. A server that does not answer is asked until it does. */
export async function resumeSession(): Promise<void> {
  tabs?.addEventListener('message', ({ data }: MessageEvent<Session | null>) => adopt(data))
  if (!returning.read()) return adopt(null)
  for (let waitMs = 1000; session.get().status === 'loading'; waitMs = Math.min(waitMs * 2, 15_000)) {
    await freshToken().catch(() => new Promise((resolve) => setTimeout(resolve, waitMs)))
  }
}

export async function signIn(input: { email: string; password: string }): Promise<void> {
  announce(await api<Session>('/auth/login', { body: input }))
}

export async function register(input: { name: string; email: string; password: string }): Promise<void> {
  announce(await api<Session>('/auth/register', { body: input }))
}

/** Answers alike whether or not there is such an account. */
export async function forgotPassword(email: string): Promise<void> {
  await api<void>('/auth/forgot', { body: { email } })
}

/** With the token of a mail; signs in here and out everywhere else. */
export async function resetPassword(input: { token: string; password: string }): Promise<void> {
  announce(await api<Session>('/auth/reset', { body: input }))
}

export async function signOut(): Promise<void> {
  await exclusively(() => api<void>('/auth/logout', { method: 'POST' }))
  lastPhone.write(null)
  announce(null)
}

/** On this device too: no session of this account is renewed any more. */
export async function signOutEverywhere(): Promise<void> {
  await authorized<void>('/auth/logout-everywhere', { method: 'POST' })
  lastPhone.write(null)
  announce(null)
}

export async function listDevices(): Promise<Device[]> {
  return (await authorized<{ sessions: Device[] }>('/auth/sessions')).sessions
}

export async function revokeDevice(id: string): Promise<void> {
  try {
    await authorized<void>(`/auth/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' })
  } catch (error) {
    // It is signed out already, which is what was wanted.
    if (!(error instanceof ApiError && error.status === 404)) throw error
  }
}

/** A token that is good now; renewed when it is about to expire. */
export async function accessToken(): Promise<string> {
  return access && Date.now() < access.staleAt ? access.token : freshToken()
}

/** `api` for the signed-in customer. A 401 renews the session and asks once more. */
export async function authorized<T>(path: string, options: ApiOptions = {}): Promise<T> {
  const token = await accessToken()
  try {
    return await api<T>(path, { ...options, token })
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    const fresh = access && access.token !== token ? access.token : await freshToken()
    return api<T>(path, { ...options, token: fresh })
  }
}

let renewing: Promise<string> | undefined

/** One renewal at a time: the refresh token is used up by its first use, in whichever tab that is. */
export function freshToken(): Promise<string> {
  const before = access?.token
  renewing ??= exclusively(async () => {
    if (access && access.token !== before) return access.token
    try {
      const renewed = await api<Session>('/auth/refresh', { method: 'POST' })
      announce(renewed)
      return renewed.accessToken
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) announce(null)
      throw error
    }
  }).finally(() => {
    renewing = undefined
  })
  return renewing
}

// Web Locks exist in secure contexts alone (https, localhost); elsewhere tabs do without.
async function exclusively<T>(work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? await navigator.locks.request('soko.session', work) : await work()
}

function announce(next: Session | null): void {
  adopt(next)
  tabs?.postMessage(next)
}

function adopt(next: Session | null): void {
  returning.write(next ? 'yes' : null)
  access = next ? { token: next.accessToken, staleAt: staleAt(next) } : undefined
  if (!next) return session.set({ status: 'anonymous', user: null })
  // The same person keeps the same object, so that a renewal is no news to the pages.
  const user = session.get().user
  if (user?.id !== next.user.id) session.set({ status: 'signed-in', user: next.user })
}

// A wrong clock on this device must not have every request renew first; the 401 path covers the rest.
const staleAt = ({ expiresAt }: Session) => Math.max(Date.parse(expiresAt) - 30_000, Date.now() + 60_000)
