import type { ErrorRequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { errorHandler, notFound, SecurityError, type ErrorHandlerOptions } from '../src/index.js'
import { expressVersions, recordingLogger, serve } from './serve.js'

describe.each(expressVersions)('errorHandler() on %s', (_name, express) => {
  async function answerTo(err: unknown, options: ErrorHandlerOptions = {}, path = '/?token=hunter2') {
    const app = express()
    app.get('/', (_req, res, next) => {
      res.set({
        ETag: '"x"',
        'Content-Encoding': 'gzip',
        'Content-Disposition': 'attachment',
        'Cache-Control': 'public',
      })
      next(err)
    })
    app.use(notFound(), errorHandler(options))
    await using server = await serve(app)
    const answer = await fetch(`${server.url}${path}`)
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as object }
  }

  it('answers an error of ours with its status, headers, code and message', async () => {
    const err = new SecurityError('SECURITY_PASSWORD_BUSY', 'Busy. Try again.', {
      status: 429,
      headers: { 'Retry-After': '2' },
    })
    const { status, headers, body } = await answerTo(err, { requestId: () => 'r1' })
    expect(status).toBe(429)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(headers.get('retry-after')).toBe('2')
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'Busy. Try again.',
      code: 'SECURITY_PASSWORD_BUSY',
      requestId: 'r1',
    })
  })

  it('takes back the headers that belonged to the answer that failed', async () => {
    const { headers } = await answerTo(new Error('x'))
    expect(headers.get('cache-control')).toBe('no-store')
    for (const name of ['etag', 'content-encoding', 'content-disposition'])
      expect(headers.has(name), name).toBe(false)
  })

  it('tells nothing of a failure in production, and logs all of it', async () => {
    const logger = recordingLogger()
    const err = Object.assign(new Error('mongodb://shop:hunter2@db'), {
      code: 'ECONNREFUSED',
      cause: new Error('refused'),
    })
    const { status, body } = await answerTo(err, { logger, requestId: () => 'r1' })
    expect(status).toBe(500)
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      requestId: 'r1',
    })
    expect(logger.entries).toEqual([
      {
        level: 'error',
        message: 'request failed',
        fields: {
          method: 'GET',
          path: '/',
          requestId: 'r1',
          err: expect.objectContaining({
            name: 'Error',
            code: 'ECONNREFUSED',
            message: 'mongodb://shop:hunter2@db',
            stack: expect.any(String) as string,
            cause: expect.objectContaining({ message: 'refused' }) as object,
          }) as object,
        },
      },
    ])
  })

  it('survives an error that is its own cause', async () => {
    const err = new Error('round')
    err.cause = err
    expect((await answerTo(err, { logger: recordingLogger() })).status).toBe(500)
  })

  it('keeps the code of a deliberate 5xx, but not its message', async () => {
    const err = new SecurityError('SECURITY_PASSWORD_BUSY', 'detail', {
      status: 503,
      headers: { 'Retry-After': '2' },
    })
    const { headers, body } = await answerTo(err)
    expect(headers.get('retry-after')).toBe('2')
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      code: 'SECURITY_PASSWORD_BUSY',
    })
  })

  it('shows the message of a failure outside production', async () => {
    expect((await answerTo(new Error('no such table'), { production: false })).body).toMatchObject({
      detail: 'no such table',
    })
  })

  it('logs no refusal', async () => {
    const logger = recordingLogger()
    await answerTo(Object.assign(new Error('no'), { status: 403 }), { logger })
    expect(logger.entries).toEqual([])
  })

  it('does not pass on what a third party answered to us', async () => {
    const axios = Object.assign(new Error('Request failed with status code 404'), {
      isAxiosError: true,
      status: 404,
      code: 'ERR_BAD_REQUEST',
    })
    const stripe = Object.assign(new Error('No such charge'), {
      statusCode: 404,
      headers: { 'request-id': 'x' },
      code: 'resource_missing',
    })
    for (const err of [axios, stripe]) {
      const { status, headers, body } = await answerTo(err)
      expect(status).toBe(500)
      expect(headers.has('request-id')).toBe(false)
      expect(body).not.toHaveProperty('code')
    }
  })

  it.each([
    [undefined],
    ['text'],
    [{}],
    [Object.assign(new Error('x'), { status: 200 })],
    [Object.assign(new Error('x'), { status: '404' })],
    [Object.create(null)],
  ])('answers whatever else is thrown: %s', async (err) => {
    const { status, body } = await answerTo(err ?? null, {}, '/')
    expect([status, Object.keys(body)]).toEqual(
      err === undefined ? [404, expect.any(Array)] : [500, ['type', 'title', 'status']],
    )
  })

  it('answers 404 where no route is, and 400 to a path that cannot be decoded', async () => {
    expect(await answerTo(undefined, {}, '/nothing')).toMatchObject({
      status: 404,
      body: { code: 'SECURITY_NOT_FOUND' },
    })
    const app = express()
    app.get('/:id', (_req, res) => void res.send('ok'))
    app.use(errorHandler())
    await using server = await serve(app)
    expect((await fetch(`${server.url}/%E0%A4%A`)).status).toBe(400)
  })

  it('ends the connection when the answer has begun', async () => {
    const logger = recordingLogger()
    const app = express()
    app.get('/', (_req, res, next) => {
      res.write('half an answer')
      next(new Error('late'))
    })
    app.use(errorHandler({ logger }))
    let passedOn: unknown
    const destroy: ErrorRequestHandler = (err, _req, res, _next) => {
      passedOn = err
      res.destroy()
    }
    app.use(destroy)
    await using server = await serve(app)
    await expect(fetch(server.url).then((answer) => answer.text())).rejects.toThrow()
    expect(passedOn).toMatchObject({ message: 'late' })
    expect(logger.entries).toHaveLength(1)
  })
})

describe('errorHandler()', () => {
  it('refuses misspelt options', () => {
    expect(() => errorHandler({ prodution: true } as never)).toThrow(/Did you mean "production"/)
  })
})
