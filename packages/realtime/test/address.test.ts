import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { addressOf } from '../src/address.js'

function from(remoteAddress: string, forwardedFor?: string): IncomingMessage {
  return {
    socket: { remoteAddress },
    headers: { 'x-forwarded-for': forwardedFor },
  } as unknown as IncomingMessage
}

describe('addressOf()', () => {
  it('ignores X-Forwarded-For when no proxy is trusted', () => {
    expect(addressOf(from('9.9.9.9', '1.1.1.1'), 0)).toBe('9.9.9.9')
  })

  it('takes the entry of the outermost trusted proxy, never what the client wrote before it', () => {
    expect(addressOf(from('10.0.0.1', '6.6.6.6, 1.1.1.1'), 1)).toBe('1.1.1.1')
    expect(addressOf(from('10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2'), 2)).toBe('1.1.1.1')
    expect(addressOf(from('10.0.0.1', '1.1.1.1'), 2)).toBe('1.1.1.1')
    expect(addressOf(from('10.0.0.1'), 1)).toBe('10.0.0.1')
  })

  it('counts an IPv6 /64 as one address and a mapped IPv4 address as itself', () => {
    expect(addressOf(from('::ffff:1.2.3.4'), 0)).toBe('1.2.3.4')
    expect(addressOf(from('2001:db8:1:2:3:4:5:6'), 0)).toBe('2001:db8:1:2::/64')
    expect(addressOf(from('2001:db8:1:2::9'), 0)).toBe('2001:db8:1:2::/64')
    expect(addressOf(from('2001:db8::9'), 0)).toBe('2001:db8:0:0::/64')
    expect(addressOf(from('::1'), 0)).toBe('0:0:0:0::/64')
  })
})
