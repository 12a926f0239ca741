import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { standardWebhooks } from '../src/index.js'
import { stripeSignature } from '../src/stripe.js'

const NOW = 1_764_000_000
const clock = () => NOW * 1000
const BODY = Buffer.from('{"id":"evt_1","text":"ŵ\\u0000"}')
const [OLD, NEW, STRANGE] = ['whsec_old', 'whsec_new', 'whsec_strange']

describe('Stripe-Signature', () => {
  const check = stripeSignature({ secrets: [NEW, OLD], clock })
  const header = (secret: string, timestamp = NOW, payload = BODY.toString()) =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp })
  const verify = (value: string | string[] | undefined, raw: Uint8Array = BODY) =>
    check(raw, { 'stripe-signature': value })

  test('mode 14: while a secret is rotated both are accepted, and the answer says which', () => {
    expect(verify(header(NEW))).toMatchObject({ ok: true, verifiedBy: 'secret#1' })
    expect(verify(header(OLD))).toMatchObject({ ok: true, verifiedBy: 'secret#2' })
    const both = `${header(STRANGE)},${header(OLD).split(',')[1]}`
    expect(verify(both)).toMatchObject({ ok: true, verifiedBy: 'secret#2' })
    expect(verify(header(STRANGE))).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/any secret/) as string,
    })
  })

  test('mode 13: too old and too far in the future are refused, with the measured skew', () => {
    for (const [offset, ok] of [
      [-300, true],
      [300, true],
      [-301, false],
      [301, false],
      [86_400, false],
    ] as const) {
      expect(verify(header(NEW, NOW + offset)).ok, String(offset)).toBe(ok)
    }
    expect(verify(header(NEW, NOW - 612))).toEqual({
      ok: false,
      reason: 'the signature is right, but made 612 s in the past: clock skew, or a replay',
      skewSeconds: 612,
    })
    expect(verify(header(NEW, NOW + 900))).toMatchObject({
      skewSeconds: -900,
      reason: expect.stringMatching(/900 s in the future/) as string,
    })
    expect(verify(header(STRANGE, NOW + 900))).not.toHaveProperty('skewSeconds')
  })

  test('the exact bytes count: one bit, anywhere, and it is refused', () => {
    fc.assert(
      fc.property(fc.nat(BODY.length - 1), fc.nat(7), (at, bit) => {
        const raw = Buffer.from(BODY)
        raw[at]! ^= 1 << bit
        expect(verify(header(NEW), raw).ok).toBe(false)
      }),
    )
  })

  test('mode 25: no, empty, repeated and garbled headers are refused and never throw', () => {
    const good = header(NEW)
    const [t, v1] = good.split(',') as [string, string]
    const signed = (time: string) =>
      `t=${time},v1=${createHmac('sha256', NEW).update(`${time}.`).update(BODY).digest('hex')}`
    expect(verify(signed(String(NOW)))).toMatchObject({ ok: true })
    const bad = [
      ...['', 'soon', 'NaN', 'Infinity', '0x10', `${NOW}.5`].map(signed),
      undefined,
      '',
      [good],
      [good, good],
      't=',
      t,
      v1,
      `${t},${t},${v1}`,
      `${good}, ${good}`,
      `${t},${v1.replace('v1', 'v0')}`,
      `${t},${v1.toUpperCase()}`,
      `t=1e9,${v1}`,
      `t= ${NOW},${v1}`,
      `${t},v1=`,
      `${t},${v1}00`,
      `t=-${NOW},${v1}`,
      `__proto__=1,constructor=2`,
      `${t},${v1}=`,
    ]
    for (const value of bad) expect(verify(value), String(value)).toMatchObject({ ok: false })
    expect(check(BODY, Object.create({ 'stripe-signature': good }) as Record<string, string>)).toMatchObject({
      ok: false,
    })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.string()),
          fc.string().map((s) => `${t},v1=${s}`),
        ),
        (value) => {
          expect(verify(value).ok).toBe(false)
        },
      ),
      { numRuns: 1000 },
    )
    expect(verify(header(NEW, NOW, ''), new Uint8Array())).toMatchObject({ ok: true })
    expect(verify(good, new Uint8Array())).toMatchObject({ ok: false })
  })

  test.each([
    { secrets: [] },
    { secrets: ' ' },
    { secrets: ['a', undefined as never] },
    { secrets: 'a', toleranceSeconds: 0 },
  ])('there is no way to switch it off: %j', (options) => {
    expect(() => stripeSignature(options)).toThrow(TypeError)
  })
})

describe('Standard Webhooks', () => {
  // The example of the specification's reference libraries.
  const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const RAW = Buffer.from('{"test": 2432232314}')
  const sign = (timestamp = NOW, raw = RAW, secret = SECRET, id = 'msg_1') => {
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(raw).digest('base64')}`
  }
  const headers = (signature: string | string[] = sign(), timestamp: unknown = NOW, id: unknown = 'msg_1') =>
    ({ 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }) as Record<
      string,
      string
    >
  const check = standardWebhooks({
    secrets: [SECRET, `whsec_${Buffer.alloc(32, 7).toString('base64')}`],
    clock,
  })

  test('the known example of the reference libraries is accepted', () => {
    const known = standardWebhooks({ secrets: SECRET, clock: () => 1_614_265_330_000 })
    expect(
      known(RAW, {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      }),
    ).toMatchObject({ ok: true, id: 'msg_p5jXN8AQM9LWM0D4loKWxJek' })
  })

  test('mode 14: any of several signatures by any of several secrets will do', () => {
    expect(check(RAW, headers())).toMatchObject({ ok: true, verifiedBy: 'secret#1', id: 'msg_1' })
    const other = sign(NOW, RAW, Buffer.alloc(32, 7).toString('base64'))
    expect(check(RAW, headers(`v1a,xyz v1,${'A'.repeat(43)}= ${other}`))).toMatchObject({
      verifiedBy: 'secret#2',
    })
  })

  test('mode 13: past and future are refused, with the measured skew', () => {
    expect(check(RAW, headers(sign(NOW - 301), NOW - 301))).toMatchObject({ ok: false, skewSeconds: 301 })
    expect(check(RAW, headers(sign(NOW + 301), NOW + 301))).toMatchObject({ ok: false, skewSeconds: -301 })
  })

  test('mode 25: missing, garbled and foreign headers are refused and never throw', () => {
    for (const name of Object.keys(headers())) {
      expect(check(RAW, { ...headers(), [name]: undefined })).toMatchObject({
        ok: false,
        reason: `no ${name} header`,
      })
      expect(check(RAW, { ...headers(), [name]: ['a', 'b'] })).toMatchObject({ ok: false })
    }
    expect(check(RAW, headers(sign(), NOW, 'msg_2')).ok).toBe(false)
    expect(check(RAW, headers(sign(), NOW + 1)).ok).toBe(false)
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (signature, timestamp, id) => {
        expect(check(RAW, headers(signature, timestamp, id)).ok).toBe(false)
      }),
    )
    for (const secrets of ['whsec_', 'whsec_short', 'not base64!', '']) {
      expect(() => standardWebhooks({ secrets })).toThrow(TypeError)
    }
  })
})
