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

  const scripts = new WeakMap<LimitRule, Script>()

  return {
    isShared: true,
    async take(key, cost, rule, isForced = false) {
      return toTaken(await evaluate(key, rule, String(cost), isForced ? 'force' : 'take'))
    },
    async block(key, blockMs, rule) {
      await evaluate(key, rule, String(blockMs), 'block')
    },
    async reset(key, { name }) {
      await command('DEL', `${prefix}${name}:${key}`)
    },
  }

  async function evaluate(key: string, rule: LimitRule, amount: string, mode: string): Promise<unknown> {
    const { sha, text } = scriptOf(rule)
    const args = ['1', `${prefix}${rule.name}:${key}`, amount, mode]
    try {
      return await command('EVALSHA', sha, ...args)
    } catch (error) {
      // Redis forgets its scripts when it restarts; EVAL gives it the text again.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return command('EVAL', text, ...args)
    }
  }

  function scriptOf(rule: LimitRule): Script {
    const script = scripts.get(rule) ?? createScript(rule)
    scripts.set(rule, script)
    return script
  }
}

function toTaken(answer: unknown): Taken {
  const numbers = Array.isArray(answer) ? answer.map(Number) : []
  if (numbers.length !== 3 || !numbers.every(Number.isFinite))
    throw new Error('Redis gave no answer of the rate limit script.')
  const [isAllowed, used, resetMs] = numbers as [number, number, number]
  return { isAllowed: isAllowed === 1, used, resetMs }
}

interface Script {
  text: string
  sha: string
}

/**
 * `takeFromWindow()` and `blockUsage()` in Lua. A key holds the doubles {blockedUntil, slot, count, slot, count ...},
 * oldest slot first. Most requests only add to the last count, which SETRANGE does in place, the expiry untouched:
 * with the numbers of the rule in the text, Redis has half the work of a value in words that is read and written whole.
 */
function createScript({ limit, windowMs, blockMs }: LimitRule): Script {
  const slotMs = slotLength(windowMs)
  const text = `
local amount, mode = tonumber(ARGV[1]), ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local value = redis.call('GET', KEYS[1])
local usage, isKept, used = {0}, false, 0
if value then
  usage, isKept = {struct.unpack(string.rep('d', #value / 8), value)}, true
  usage[#usage] = nil -- where reading stopped
end
while usage[2] and (usage[2] + 1) * ${slotMs} + ${windowMs} <= now do
  table.remove(usage, 2)
  table.remove(usage, 2)
  isKept = false
end
for i = 3, #usage, 2 do used = used + usage[i] end

local function save()
  local last = #usage > 1 and (usage[#usage - 1] + 1) * ${slotMs} + ${windowMs} or 0
  local text = struct.pack(string.rep('d', #usage), unpack(usage))
  redis.call('SET', KEYS[1], text, 'PX', math.max(usage[1] - now, last - now, 1))
end

local function block(blockMs)
  usage[1] = math.max(usage[1], now + blockMs)
  save()
  return {0, used, usage[1] - now}
end

if mode == 'block' then return block(amount) end
if mode == 'take' then
  if usage[1] > now then return {0, used, usage[1] - now} end
  if used + amount > ${limit} then
    if ${blockMs} > 0 then return block(${blockMs}) end
    local left = used
    for i = 2, #usage, 2 do
      left = left - usage[i + 1]
      if left + amount <= ${limit} then return {0, used, (usage[i] + 1) * ${slotMs} + ${windowMs} - now} end
    end
    return {0, used, ${windowMs}}
  end
end

local current, last = math.floor(now / ${slotMs}), #usage
if last > 1 and usage[last - 1] >= current then
  usage[last] = usage[last] + amount
  if isKept then redis.call('SETRANGE', KEYS[1], (last - 1) * 8, struct.pack('d', usage[last])) else save() end
else
  usage[last + 1] = current
  usage[last + 2] = amount
  save()
end
return {1, used + amount, (usage[2] + 1) * ${slotMs} + ${windowMs} - now}
`
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
