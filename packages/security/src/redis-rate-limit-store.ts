import { createHash } from 'node:crypto'
import { assertKnownKeys } from './options.js'
import type { LimitRule, RateLimitStore, Taken } from './rate-limit-store.js'
import { slotLength } from './sliding-window.js'

/**
 * Sends one command to Redis. ioredis: `(...args) => client.call(...args)`; node-redis:
 * `(...args) => client.sendCommand(args)`.
 */
export type RedisCommand = (...args: string[]) => Promise<unknown>

/** Options of `redisRateLimitStore()`. */
export interface RedisRateLimitStoreOptions {
  /** What the keys in Redis begin with. @default 'limit:' */
  prefix?: string
}

/**
 * Counts in Redis (>= 5), for all processes together, by the clock of the Redis server: one key and one command a
 * request. Nothing is loaded beforehand, so it makes no difference whether Redis is there when the application starts.
 */
export function redisRateLimitStore(
  command: RedisCommand,
  options: RedisRateLimitStoreOptions = {},
): RateLimitStore {
  if (typeof command !== 'function')
    throw new TypeError(
      'redisRateLimitStore: command is no function. For ioredis: (...args) => client.call(...args).',
    )
  assertKnownKeys('redisRateLimitStore', options, ['prefix'])
  const { prefix = 'limit:' } = options

  return {
    isShared: true,
    async take(key, cost, rule, isForced = false) {
      return toTaken(await evaluate(key, cost, rule, rule.blockMs, isForced ? 'force' : 'take'))
    },
    async block(key, blockMs, rule) {
      await evaluate(key, 0, rule, blockMs, 'block')
    },
    async reset(key, { name }) {
      await command('DEL', `${prefix}${name}:${key}`)
    },
  }

  async function evaluate(
    key: string,
    cost: number,
    { name, limit, windowMs }: LimitRule,
    blockMs: number,
    mode: 'take' | 'force' | 'block',
  ): Promise<unknown> {
    const numbers = [cost, limit, windowMs, slotLength(windowMs), blockMs].map(String)
    const args = ['1', `${prefix}${name}:${key}`, ...numbers, mode]
    try {
      return await command('EVALSHA', scriptSha, ...args)
    } catch (error) {
      // Redis forgets its scripts when it restarts; EVAL gives it the text again.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return command('EVAL', script, ...args)
    }
  }
}

function toTaken(answer: unknown): Taken {
  const numbers = Array.isArray(answer) ? answer.map(Number) : []
  if (numbers.length !== 3 || !numbers.every(Number.isFinite))
    throw new Error('Redis gave no answer of the rate limit script.')
  const [isAllowed, used, resetMs] = numbers as [number, number, number]
  return { isAllowed: isAllowed === 1, used, resetMs }
}

/** `takeFromWindow()` and `blockUsage()` in Lua. A key holds "blockedUntil;slot=count slot=count ", oldest first. */
const script = `
local cost, limit, windowMs, slotMs = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local blockMs, mode = tonumber(ARGV[5]), ARGV[6]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local value = redis.call('GET', KEYS[1]) or ''
local blockedUntil = tonumber(string.match(value, '^(%d+);') or 0)
local slots, used = {}, 0
for slot, count in string.gmatch(value, '(%d+)=(%d+)') do
  local goneAt = (slot + 1) * slotMs + windowMs
  if goneAt > now then
    slots[#slots + 1] = {tonumber(slot), tonumber(count), goneAt}
    used = used + count
  end
end

local function save()
  local text = string.format('%.0f;', blockedUntil)
  local expiresAt = blockedUntil
  for _, slot in ipairs(slots) do
    text = text .. string.format('%.0f=%.0f ', slot[1], slot[2])
    expiresAt = math.max(expiresAt, slot[3])
  end
  redis.call('SET', KEYS[1], text, 'PX', string.format('%.0f', math.max(expiresAt - now, 1)))
end

local function block()
  blockedUntil = math.max(blockedUntil, now + blockMs)
  save()
  return {0, used, blockedUntil - now}
end

if mode == 'block' then return block() end
if mode == 'take' then
  if blockedUntil > now then return {0, used, blockedUntil - now} end
  if used + cost > limit then
    if blockMs > 0 then return block() end
    local left = used
    for _, slot in ipairs(slots) do
      left = left - slot[2]
      if left + cost <= limit then return {0, used, slot[3] - now} end
    end
    return {0, used, windowMs}
  end
end

local current = math.floor(now / slotMs)
local last = slots[#slots]
if last and last[1] >= current then
  last[2] = last[2] + cost
else
  slots[#slots + 1] = {current, cost, (current + 1) * slotMs + windowMs}
end
used = used + cost
save()
return {1, used, slots[1][3] - now}
`
const scriptSha = createHash('sha1').update(script).digest('hex')
