import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import cookieParser from 'cookie-parser'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createSecurity, validate } from '../src/index.js'
import { expressVersions, recordingLogger, serve, type Served } from './serve.js'

const requests = 10_000

// Half of them on each Express. A rejection that nobody handles fails the run by itself.
describe.each(expressVersions)('the whole bundle on %s', (_name, express) => {
  const logger = recordingLogger()
  let served: Served
  beforeAll(async () => {
    const security = createSecurity({
      headers: { preset: 'web', nonces: true },
      cors: { origins: ['https://shop.example', 'https://*.shop.example'], credentials: true },
      rateLimit: { general: { limit: 1_000_000 } },
      cspReports: { path: '/csp', maxPerMinute: 1_000_000 },
      body: { maxJsonBytes: 2048, maxFormBytes: 512, maxFormFields: 10 },
      errors: { requestId: (req) => req.get('x-request-id') },
      logger,
    })
    const input = validate({ query: z.object({ page: z.coerce.number().optional() }), body: z.unknown() })
    const app = express()
    app.set('query parser', 'extended')
    app.set('trust proxy', 1)
    app.use(security.middleware, cookieParser())
    app.all('/orders/:id', input, (req, res) => void res.json({ ...input.of(req), id: req.params['id'] }))
    app.use(security.notFound, security.errorHandler)
    served = await serve(app)
  })
  afterAll(() => served[Symbol.asyncDispose]())

  const hostile = fc.constantFrom(
    ...[
      '__proto__',
      '$ne',
      'constructor[prototype][x]',
      '%00',
      '%',
      '../',
      '[',
      'a[b]',
      '\u00ff',
      '"',
      ';',
      ',',
      '=',
      '&',
    ],
    ...[
      'j:{"$ne":1}',
      'j:{',
      'null',
      'https://a.shop.example',
      'a'.repeat(3000),
      '{"a":{"$gt":1}}',
      '[[[[',
      '1e999',
      '-1',
    ],
  )
  const piece = fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 20 }))
  const line = piece.map((part) => part.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').trim())
  const headers = fc.dictionary(
    fc.constantFrom(
      ...[
        'Origin',
        'Cookie',
        'Content-Type',
        'X-Forwarded-For',
        'X-Forwarded-Proto',
        'Forwarded',
        'Authorization',
      ],
      ...[
        'Access-Control-Request-Method',
        'Access-Control-Request-Headers',
        'Content-Encoding',
        'Host',
        'X-Request-Id',
      ],
    ),
    fc.oneof(
      line,
      fc.constantFrom(
        'application/json',
        'application/x-www-form-urlencoded',
        'application/csp-report',
        'gzip',
        'utf-7',
      ),
    ),
    { maxKeys: 6 },
  )
  const request = fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'),
    path: fc
      .tuple(fc.constantFrom('/', '/orders/', '/csp', '//'), line, line)
      .map(([start, id, query]) => `${start}${id}?page=${query}`.replace(/[^\x21-\x7e]/g, '')),
    headers,
    body: fc.oneof(piece, fc.json(), fc.constant('{"a":1}')),
  })

  it('answers 10,000 random requests without one failure', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 20, maxLength: 20 }), async (batch) => {
        const statuses = await Promise.all(batch.map(send))
        for (const [index, status] of statuses.entries())
          expect(status, JSON.stringify(batch[index])).toSatisfy((code: number) => code >= 200 && code < 500)
      }),
      { numRuns: requests / expressVersions.length / 20 },
    )
    expect(logger.entries.filter(({ level }) => level === 'error')).toEqual([])
  })

  /** As bytes, because clients refuse to send half of these. */
  async function send({
    method,
    path,
    headers,
    body,
  }: {
    method: string
    path: string
    headers: Record<string, string>
    body: string
  }) {
    const bytes = Buffer.from(body)
    const all = {
      Host: 'shop.example',
      ...headers,
      Connection: 'close',
      'Content-Length': String(bytes.length),
    }
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1')
    socket.write(
      Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n`, 'latin1'), bytes]),
    )
    const answer = await text(socket)
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0)
  }
})
