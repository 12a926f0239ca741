import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

/**
 * The address that a connection counts against. With `trustedHops` proxies in front, the entry that the outermost of
 * them wrote in X-Forwarded-For; what stands further left is the client's own word.
 * @internal
 */
export function addressOf(req: IncomingMessage, trustedHops: number): string {
  const direct = req.socket.remoteAddress ?? 'unknown'
  if (trustedHops === 0) return networkOf(direct)
  const chain = String(req.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
  return networkOf(chain.at(-trustedHops) ?? chain[0] ?? direct)
}

/** An IPv6 customer owns a /64 at least and may use a new address each time, so a /64 counts as one. */
function networkOf(address: string): string {
  const mapped = address.match(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i)
  if (mapped?.[1]) return mapped[1]
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':').filter(Boolean)
  if (tail !== undefined) {
    const after = tail.split(':').filter(Boolean)
    while (groups.length + after.length < 8) groups.push('0')
    groups.push(...after)
  }
  return `${groups.slice(0, 4).join(':')}::/64`
}
