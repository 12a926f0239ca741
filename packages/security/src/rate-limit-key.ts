import { createHash } from 'node:crypto'
import type { Request } from 'express'
import { ipKeyGenerator } from 'express-rate-limit'
import type { RateLimitBy } from './rate-limit-policy.js'

/** How keys are made. */
export interface KeyOptions {
  by: readonly RateLimitBy[]
  /** The user of a request, if it has one. */
  userId: (req: Request) => string | undefined
  /** How much of an IPv6 address names a client. */
  ipv6PrefixBits: number
}

const maxKeyLength = 128
const maxAddresses = 10_000

/** Makes the function that says by which key a request is counted. No two different clients have one key. */
export function createKeyReader({ by, userId, ipv6PrefixBits }: KeyOptions): (req: Request) => string {
  const addressOf = createAddressReader(ipv6PrefixBits)
  const readers = by.map((part) => {
    if (part === 'address') return (req: Request) => `a:${addressOf(req)}`
    if (typeof part === 'function') return (req: Request) => `x:${part(req) ?? ''}`
    return (req: Request) => {
      const id = userId(req)
      return id === undefined ? `a:${addressOf(req)}` : `u:${id}`
    }
  })
  const [only] = readers
  if (only && readers.length === 1) return (req) => bounded(only(req))
  // JSON, because with any separator one part could contain it.
  return (req) => bounded(JSON.stringify(readers.map((read) => read(req))))
}

function bounded(key: string): string {
  return key.length <= maxKeyLength ? key : `h:${createHash('sha256').update(key).digest('base64url')}`
}

/** The address of the client, or, for IPv6, the network that one customer is given. */
function createAddressReader(ipv6PrefixBits: number): (req: Request) => string {
  const known = new Map<string, string>()
  return (req) => {
    const address = withoutPort(req.ip ?? '')
    if (!address.includes(':')) return address
    let network = known.get(address)
    if (network === undefined) {
      network = ipKeyGenerator(address.replace(/%.*$/, ''), ipv6PrefixBits)
      // Parsing takes ten times as long as all the rest.
      if (known.size >= maxAddresses) known.clear()
      known.set(address, network)
    }
    return network
  }
}

/** Some proxies add the port, `1.2.3.4:5678` or `[::1]:5678`; every connection would be a client of its own. */
function withoutPort(ip: string): string {
  if (ip.startsWith('[')) return ip.slice(1, ip.indexOf(']'))
  const colon = ip.indexOf(':')
  return colon > 0 && ip.includes('.') && colon === ip.lastIndexOf(':') ? ip.slice(0, colon) : ip
}
