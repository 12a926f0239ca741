import { gzipSync } from 'node:zlib'
import express5, { type ErrorRequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { bodyParsers, errorHandler, SecurityError, type BodyOptions } from '../src/index.js'
import { expressVersions, serve } from './serve.js'

const json = { 'Content-Type': 'application/json' }
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

describe.each(expressVersions)('bodyParsers() on %s', (_name, express) => {
  async function post(init: RequestInit, options: BodyOptions = {}) {
    const app = express()
    app.use(bodyParsers(options))
    app.post('/', (req, res) => res.json({ body: req.body as unknown }))
    app.use(errorHandler())
    await using server = await serve(app)
    const answer = await fetch(server.url, { method: 'POST', ...init })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  it('parses JSON objects and arrays, and flat forms', async () => {
    expect((await post({ headers: json, body: '{"a":[1]}' })).body).toEqual({ body: { a: [1] } })
    expect((await post({ headers: json, body: '[1]' })).body).toEqual({ body: [1] })
    expect((await post({ headers: form, body: 'a=1&b[$ne]=2' })).body).toEqual({
      body: { a: '1', 'b[$ne]': '2' },
    })
  })

  it.each([
    ['a scalar', '"text"'],
    ['half an object', '{"a":'],
    ['no JSON', 'secret-password'],
  ])('refuses %s as malformed, without quoting it', async (_what, body) => {
    const answer = await post({ headers: json, body })
    expect(answer).toMatchObject({ status: 400, body: { code: 'SECURITY_BODY_MALFORMED' } })
    expect(JSON.stringify(answer.body)).not.toContain('secret')
  })

  it('takes a body of exactly the limit, and refuses one byte more', async () => {
    const body = (length: number) => JSON.stringify({ a: 'x'.repeat(length - 8) })
    expect((await post({ headers: json, body: body(64) }, { maxJsonBytes: 64 })).status).toBe(200)
    expect(await post({ headers: json, body: body(65) }, { maxJsonBytes: 64 })).toMatchObject({
      status: 413,
      body: { code: 'SECURITY_BODY_TOO_LARGE' },
    })
    expect((await post({ headers: form, body: `a=${'x'.repeat(63)}` }, { maxFormBytes: 64 })).status).toBe(
      413,
    )
    expect((await post({ headers: form, body: 'a=1&b=2&c=3' }, { maxFormFields: 2 })).status).toBe(413)
  })

  it('measures a compressed body by what it becomes', async () => {
    const bomb = gzipSync(JSON.stringify({ a: 'x'.repeat(1_000_000) }))
    const answer = await post({ headers: { ...json, 'Content-Encoding': 'gzip' }, body: bomb })
    expect(answer).toMatchObject({ status: 413, body: { code: 'SECURITY_BODY_TOO_LARGE' } })
  })

  it('refuses an encoding or a charset that it cannot read', async () => {
    const headers = { 'Content-Type': 'application/json; charset=x-unknown' }
    expect(await post({ headers, body: '{}' })).toMatchObject({
      status: 415,
      body: { code: 'SECURITY_BODY_UNSUPPORTED' },
    })
    expect((await post({ headers: { ...json, 'Content-Encoding': 'zip' }, body: '{}' })).status).toBe(415)
  })

  it('leaves other content types alone', async () => {
    const { body } = await post({ headers: { 'Content-Type': 'text/plain' }, body: 'text' })
    expect(body['body'] ?? {}).toEqual({})
  })
})

describe('bodyParsers()', () => {
  it('gives errors that any error handler can read', async () => {
    const app = express5()
    app.use(bodyParsers())
    const answer: ErrorRequestHandler = (err: SecurityError, _req, res, _next) => {
      res.json({ isOurs: err instanceof SecurityError, code: err.code, status: err.status })
    }
    app.use(answer)
    await using server = await serve(app)
    const malformed = await fetch(server.url, { method: 'POST', headers: json, body: '{' })
    expect(await malformed.json()).toEqual({ isOurs: true, code: 'SECURITY_BODY_MALFORMED', status: 400 })
  })

  it('refuses limits that are no bytes', () => {
    expect(() => bodyParsers({ maxJsonBytes: '1mb' as never })).toThrow(/whole number/)
    expect(() => bodyParsers({ maxJsonByte: 1 } as never)).toThrow(/Did you mean "maxJsonBytes"/)
  })
})
