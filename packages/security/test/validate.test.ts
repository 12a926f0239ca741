import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { bodyParsers, errorHandler, validate } from '../src/index.js'
import { expressVersions, serve } from './serve.js'

describe.each(expressVersions)('validate() on %s', (_name, express) => {
  const newOrder = validate({
    params: z.object({ id: z.coerce.number().int() }),
    query: z.object({ page: z.coerce.number().default(1) }),
    body: z.strictObject({
      sku: z.string().max(8),
      items: z.array(z.object({ quantity: z.number().int().positive() })).optional(),
    }),
  })

  function orderApp() {
    const app = express()
    app.use(bodyParsers())
    app.post(
      '/orders/:id',
      newOrder,
      (req, res) => void res.json({ valid: newOrder.of(req), body: req.body as unknown }),
    )
    const slow = validate({
      query: z.object({ name: z.string().refine(async (name) => name !== 'taken', 'is taken') }),
    })
    app.get('/names', slow, (req, res) => void res.json(slow.of(req)))
    const broken = validate({
      query: z.object({}).transform(() => {
        throw new Error('secret')
      }),
    })
    app.get('/broken', broken, (_req, res) => void res.send('ok'))
    app.get('/forgotten', (req, res) => void res.json(newOrder.of(req)))
    app.get('/thrown', (req, res) => void res.json(z.object({ page: z.coerce.number() }).parse(req.query)))
    app.use(errorHandler())
    return app
  }

  async function call(path: string, body?: unknown) {
    await using server = await serve(orderApp())
    const answer = await fetch(`${server.url}${path}`, {
      ...(body !== undefined && {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  it('hands the handler what the schemas made of the request, and leaves the request as it was', async () => {
    expect(await call('/orders/7?page=2', { sku: 'A1' })).toEqual({
      status: 200,
      body: { valid: { params: { id: 7 }, query: { page: 2 }, body: { sku: 'A1' } }, body: { sku: 'A1' } },
    })
    expect((await call('/orders/7', { sku: 'A1' })).body).toHaveProperty('valid.query.page', 1)
  })

  it('answers 400 with all that is wrong, where it is, and no value', async () => {
    const answer = await call('/orders/seven?page=many', {
      sku: 'hunter2-hunter2',
      items: [{ quantity: 1 }, { quantity: -271828 }],
      extra: 'hunter3',
    })
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'SECURITY_VALIDATION_FAILED', title: 'Bad Request' },
    })
    const errors = answer.body['errors'] as { path: string }[]
    expect(errors.map(({ path }) => path)).toEqual([
      'params.id',
      'query.page',
      'body.sku',
      'body.items.1.quantity',
      'body',
    ])
    expect(JSON.stringify(answer.body)).not.toMatch(/hunter|271828|seven|many/)
  })

  it('answers 400 when there is no body at all', async () => {
    await using server = await serve(orderApp())
    const answer = await fetch(`${server.url}/orders/7`, { method: 'POST' })
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { errors: { path: string }[] }).errors[0]?.path).toMatch(/^body/)
  })

  it('lists no more than 50 violations', async () => {
    const items = Array.from({ length: 500 }, () => ({ quantity: 0 }))
    expect((await call('/orders/7', { sku: 'A1', items })).body['errors']).toHaveLength(50)
  })

  it('is not misled by members named like prototypes', async () => {
    await using server = await serve(orderApp())
    const answer = await fetch(`${server.url}/orders/7`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"sku":"A1","__proto__":{"admin":true}}',
    })
    const text = await answer.text()
    expect(text).not.toMatch(/"valid".*admin.*"body":\{"sku"/)
  })

  it('withholds a message that quotes what was sent', async () => {
    const quoting = validate({
      body: z
        .object({
          password: z.string().min(20, { error: ({ input }) => `${String(input)} is too short` }),
          card: z.number().max(1, { error: ({ input }) => `not ${String(input)}` }),
          pin: z.string().min(9, { error: 'needs 9 digits' }),
        })
        .refine(() => false, { error: ({ input }) => JSON.stringify(input), when: () => true }),
    })
    const app = express()
    app.use(bodyParsers())
    app.post('/', quoting, (_req, res) => void res.send('ok'))
    app.use(errorHandler())
    await using server = await serve(app)
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"password":"hunter2","card":424242,"pin":"1234"}',
    })
    expect((await answer.json()) as unknown).toMatchObject({
      status: 400,
      errors: [
        { path: 'body.password', message: 'is not valid' },
        { path: 'body.card', message: 'is not valid' },
        { path: 'body.pin', message: 'needs 9 digits' },
        { path: 'body', message: 'is not valid' },
      ],
    })
  })

  it('waits for refinements that take time', async () => {
    expect(await call('/names?name=free')).toEqual({ status: 200, body: { query: { name: 'free' } } })
    expect(await call('/names?name=taken')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'query.name', message: 'is taken' }] },
    })
  })

  it('answers 500 when a schema itself fails, and tells nothing', async () => {
    const { status, body } = await call('/broken')
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('secret')
  })

  it('says that the validator has not run', async () => {
    expect((await call('/forgotten')).status).toBe(500)
  })

  it('answers 400 to a ZodError that a handler throws', async () => {
    expect(await call('/thrown?page=x')).toMatchObject({
      status: 400,
      body: { code: 'SECURITY_VALIDATION_FAILED', errors: [{ path: 'page' }] },
    })
  })
})

describe('validate()', () => {
  it('knows the type of each part, and of no other', () => {
    const input = validate({ body: z.object({ when: z.string().transform((text) => new Date(text)) }) })
    expectTypeOf(input.of).returns.toEqualTypeOf<{ body: { when: Date } }>()
    expectTypeOf(input.of).returns.not.toHaveProperty('query')
  })

  it('refuses to check nothing', () => {
    expect(() => validate({})).toThrow(/no schema/)
    expect(() => validate({ boddy: z.string() } as never)).toThrow(/Did you mean "body"/)
  })
})
