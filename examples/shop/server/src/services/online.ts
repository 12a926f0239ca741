import type { Realtime } from '@ementech/realtime'
import type { Accounts } from './accounts.js'

interface OnlineOptions {
  realtime: Pick<Realtime, 'io'>
  accounts: Pick<Accounts, 'addressee'>
}

/** Who is here now: whoever has a page open and is signed in. */
export function createOnline({ realtime, accounts }: OnlineOptions) {
  return {
    async list() {
      const sockets = await realtime.io.fetchSockets()
      const pages = new Map<string, number>()
      for (const { data } of sockets) {
        const { sub } = (data as { user: { sub: string } }).user
        pages.set(sub, (pages.get(sub) ?? 0) + 1)
      }
      const people = await Promise.all(
        [...pages].map(async ([id, count]) => ({
          id,
          name: (await accounts.addressee(id))?.name ?? '',
          pages: count,
        })),
      )
      return people.sort((a, b) => a.name.localeCompare(b.name))
    },
  }
}

export type Online = ReturnType<typeof createOnline>
