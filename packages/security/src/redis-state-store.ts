import { assertKnownKeys } from './options.js'
import type { RedisCommand } from './redis-rate-limit-store.js'
import type { StateStore } from './state-store.js'

/** Keeps state in Redis (>= 5), for all processes together: one key and one command each time. */
export function redisStateStore(command: RedisCommand, options: { prefix?: string } = {}): StateStore {
  if (typeof command !== 'function')
    throw new TypeError(
      'redisStateStore: command is no function. For ioredis: (...args) => client.call(...args).',
    )
  assertKnownKeys('redisStateStore', options, ['prefix'])
  const { prefix = 'state:' } = options

  return {
    async get(key) {
      const value = await command('GET', prefix + key)
      return value === null ? undefined : String(value)
    },
    async swap(key, before, after, expiresAt) {
      const expected = before === undefined ? ['0', ''] : ['1', before]
      const next = after === undefined ? ['0', ''] : ['1', after]
      const args = [...expected, ...next, String(expiresAt.getTime())]
      return (await command('EVAL', swapScript, '1', prefix + key, ...args)) === 1
    },
  }
}

const swapScript = `
local now = redis.call('GET', KEYS[1])
if (now and '1' or '0') ~= ARGV[1] or (now or '') ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[3] == '1' then
  redis.call('SET', KEYS[1], ARGV[4])
  redis.call('PEXPIREAT', KEYS[1], ARGV[5])
end
return 1`
