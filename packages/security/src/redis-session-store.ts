import { assertKnownKeys } from './options.js'
import type { RedisCommand } from './redis-rate-limit-store.js'
import type { Rotation, SessionStore, StoredSession } from './session-store.js'

/**
 * Keeps sessions in Redis (>= 5), one hash each, and for each user a set of their ids. Every command is about one key,
 * so a cluster does as well. Redis must write to disk (`appendonly yes`) for sessions to outlive it, and must not evict keys.
 */
export function redisSessionStore(command: RedisCommand, options: { prefix?: string } = {}): SessionStore {
  if (typeof command !== 'function')
    throw new TypeError(
      'redisSessionStore: command is no function. For ioredis: (...args) => client.call(...args).',
    )
  assertKnownKeys('redisSessionStore', options, ['prefix'])
  const { prefix = 'session:' } = options
  const keyOf = (id: string) => `${prefix}${id}`
  const userKeyOf = (sub: string) => `${prefix}of:${sub}`

  return {
    async insert(session) {
      // The index first: a session that is in none could not be ended with the others of its user.
      const end = String(session.absoluteExpiresAt.getTime())
      await command('EVAL', indexScript, '1', userKeyOf(session.sub), session.id, end)
      await command('EVAL', insertScript, '1', keyOf(session.id), endOf(session), ...toPairs(session))
    },

    find,

    async rotate(id, expectedHash, rotation) {
      const args = [expectedHash, endOf(rotation), ...toPairs(rotation)]
      return (await command('EVAL', rotateScript, '1', keyOf(id), ...args)) === 1
    },

    async delete(id) {
      return (await command('DEL', keyOf(id))) === 1
    },

    async findBySubject(sub) {
      const ids = await idsOf(sub)
      const sessions = await Promise.all(ids.map(find))
      const gone = ids.filter((_, index) => sessions[index] === undefined)
      if (gone.length > 0) await command('SREM', userKeyOf(sub), ...gone)
      return sessions.filter((session) => session !== undefined)
    },

    async deleteBySubject(sub) {
      const ids = await idsOf(sub)
      const deleted = await Promise.all(ids.map((id) => command('DEL', keyOf(id))))
      if (ids.length > 0) await command('SREM', userKeyOf(sub), ...ids)
      return deleted.filter((count) => count === 1).length
    },
  }

  async function find(id: string): Promise<StoredSession | undefined> {
    const values = (await command('HMGET', keyOf(id), ...fields)) as (string | null)[]
    return values[0] == null ? undefined : toSession(id, values)
  }

  async function idsOf(sub: string): Promise<string[]> {
    return [...((await command('SMEMBERS', userKeyOf(sub))) as Iterable<string>)]
  }
}

const fields = [
  'sub',
  'tokenHash',
  'previousHash',
  'userAgent',
  'rotatedAt',
  'createdAt',
  'expiresAt',
  'absoluteExpiresAt',
] as const

function endOf({ expiresAt }: Rotation): string {
  return String(expiresAt.getTime())
}

/** Names and values for HSET. Redis knows neither dates nor null. */
function toPairs(values: Partial<StoredSession>): string[] {
  return fields
    .filter((field) => values[field] !== undefined)
    .flatMap((field) => {
      const value = values[field]
      return [field, value instanceof Date ? String(value.getTime()) : (value ?? '')]
    })
}

function toSession(id: string, values: (string | null)[]): StoredSession {
  const [sub, tokenHash, previousHash, userAgent, ...dates] = values.map(String)
  const [rotatedAt, createdAt, expiresAt, absoluteExpiresAt] = dates.map((ms) => new Date(Number(ms)))
  return {
    id,
    sub: sub!,
    tokenHash: tokenHash!,
    previousHash: previousHash || null,
    userAgent: userAgent || null,
    rotatedAt: rotatedAt!,
    createdAt: createdAt!,
    expiresAt: expiresAt!,
    absoluteExpiresAt: absoluteExpiresAt!,
  }
}

const indexScript = `
redis.call('SADD', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 or redis.call('PTTL', KEYS[1]) < ARGV[2] - redis.call('TIME')[1] * 1000 then
  redis.call('PEXPIREAT', KEYS[1], ARGV[2])
end`

const insertScript = `
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIREAT', KEYS[1], ARGV[1])`

const rotateScript = `
if redis.call('HGET', KEYS[1], 'tokenHash') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
return 1`
