import { Redis } from 'ioredis'

/** What several processes count together. Without a REDIS_URL each process counts for itself. */
export function connectRedis(url: string | undefined, logger: Console) {
  if (url === undefined) return undefined
  const client = new Redis(url, { maxRetriesPerRequest: 1 })
  client.on('error', ({ message }: Error) => logger.warn('redis', { message }))
  return {
    command: (name: string, ...args: string[]) => client.call(name, ...args),
    close: async () => client.disconnect(),
  }
}

export type RedisConnection = ReturnType<typeof connectRedis>
