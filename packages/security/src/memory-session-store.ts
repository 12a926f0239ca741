import type { SessionStore, StoredSession } from './session-store.js'

/** Sessions in the memory of this process: for tests and development. They end with the process, and no other sees them. */
export function memorySessionStore(): SessionStore {
  const sessions = new Map<string, StoredSession>()

  return {
    async insert(session) {
      dropExpired()
      sessions.set(session.id, { ...session })
    },
    async find(id) {
      const session = sessions.get(id)
      return session && { ...session }
    },
    async rotate(id, expectedHash, rotation) {
      const session = sessions.get(id)
      if (session?.tokenHash !== expectedHash) return false
      Object.assign(session, rotation)
      return true
    },
    async delete(id) {
      return sessions.delete(id)
    },
    async findBySubject(sub) {
      return [...sessions.values()]
        .filter((session) => session.sub === sub)
        .map((session) => ({ ...session }))
    },
    async deleteBySubject(sub) {
      const ids = [...sessions.values()].filter((session) => session.sub === sub).map(({ id }) => id)
      for (const id of ids) sessions.delete(id)
      return ids.length
    },
  }

  function dropExpired(): void {
    for (const { id, expiresAt } of sessions.values())
      if (expiresAt.getTime() <= Date.now()) sessions.delete(id)
  }
}
