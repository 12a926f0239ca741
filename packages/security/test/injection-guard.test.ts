import { request as httpRequest } from 'node:http'
import cookieParser from 'cookie-parser'
import type { RequestHandler } from 'express'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyParsers, errorHandler, injectionGuard, type InjectionGuardOptions } from '../src/index.js'
import { expressVersions, recordingLogger, serve, type Served } from './serve.js'

describe.each(expressVersions)('injectionGuard() on %s', (_name, express) => {
  function guardedApp(options: InjectionGuardOptions = {}, queryParser: 'simple' | 'extended' = 'extended') {
    const app = express()
    app.set('query parser', queryParser)
    app.use(bodyParsers(), injectionGuard(options))
    const echo: RequestHandler = (req, res) =>
      void res.json({ query: { ...req.query }, body: req.body as unknown, params: { ...req.params } })
    app.all('/users/:id', injectionGuard(options), echo)
    app.use(echo)
    app.use(errorHandler())
    return app
  }

  const post = (served: Served, body: string, type = 'application/json', path = '/') =>
    fetch(`${served.url}${path}`, { method: 'POST', headers: { 'Content-Type': type }, body })

  it.each([
    '{"password":{"$ne":null}}',
    '{"username":{"$gt":""},"password":{"$gt":""}}',
    '{"username":{"$in":["admin","root"]}}',
    '{"$where":"sleep(5000)"}',
    '{"a":[{"b":[{"$regex":"^a"}]}]}',
    '{"$or":[{},{"a":"a"}]}',
    '[{"$ne":1}]',
    '{"profile.$[]":1}',
    '{"a":{"b.$where":1}}',
    '{"__proto__":{"isAdmin":true}}',
    '{"__proto__":{"parameterLimit":1}}',
    '{"__proto__":{"json spaces":" "}}',
    '{"__proto__":{"exposedHeaders":["x"]}}',
    '{"__proto__":null}',
    '{"a":{"__proto__":1}}',
    '{"constructor":{"prototype":{"isAdmin":true}}}',
    '{"a":[{"constructor":{"prototype":{"status":510}}}]}',
    '{"__proto__.isAdmin":true}',
    '{"a.__proto__.b":1}',
    '{"constructor.prototype.isAdmin":true}',
    '{"a\\u0000":1}',
    '{"\\u0024ne":1}',
    '{"\\u005f\\u005fproto\\u005f\\u005f":{}}',
  ])('refuses the body %s', async (body) => {
    await using served = await serve(guardedApp())
    const answer = await post(served, body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'SECURITY_INPUT_REFUSED' })
  })

  const hostileQueries = [
    'password[$ne]=1',
    'password%5B%24ne%5D=1',
    '$where=1',
    'a[b][$gt]=',
    'a.$ne=1',
    '__proto__.isAdmin=1',
    'constructor[prototype][isAdmin]=1',
    'a[constructor][prototype][b]=1',
    'role=user&role=admin',
    'id=1%00',
    'a%00=1',
  ]

  it.each([
    // The simple parser takes `a[b]` for a name like any other, and the extended one drops `__proto__`.
    ['simple', [...hostileQueries, '__proto__[isAdmin]=1', 'role[]=user&role[]=admin']],
    ['extended', [...hostileQueries, 'role[]=user&role[]=admin', 'role[0]=admin', 'role=a&role[x]=b']],
  ] as const)('refuses queries and forms of the %s parser', async (parser, queries) => {
    await using served = await serve(guardedApp({}, parser))
    for (const query of queries) expect((await fetch(`${served.url}/?${query}`)).status, query).toBe(400)
    for (const form of ['password[$ne]=1', 'role=user&role=admin', 'constructor[prototype][a]=1', 'a%00=1'])
      expect((await post(served, form, 'application/x-www-form-urlencoded')).status, form).toBe(400)
  })

  it.each([
    'j:{"$ne":null}',
    encodeURIComponent('j:{"$ne":null}'),
    encodeURIComponent('j:{"__proto__":{"a":1}}'),
    encodeURIComponent('j:[{"a":{"$gt":""}}]'),
  ])('refuses the cookie user=%s, which cookie-parser would read as JSON', async (value) => {
    const app = express()
    app.use(injectionGuard(), cookieParser())
    app.get('/', (req, res) => void res.json(req.cookies))
    app.use(errorHandler())
    await using served = await serve(app)
    expect((await fetch(served.url, { headers: { Cookie: `user=${value}` } })).status).toBe(400)
    for (const name of ['__proto__', '$ne', 'a[$ne]', 'constructor'])
      expect((await fetch(served.url, { headers: { Cookie: `${name}=1` } })).status, name).toBe(400)
    for (const cookie of ['a=1; b=j:broken', 'a=%E0%A4%A', 'a', 'theme=j:{"dark":true}', '_ga=GA1.2.$3'])
      expect((await fetch(served.url, { headers: { Cookie: cookie } })).status, cookie).toBe(200)
  })

  it('refuses a NUL in the address', async () => {
    await using served = await serve(guardedApp())
    expect((await fetch(`${served.url}/users/1%00.png`)).status).toBe(400)
    expect((await fetch(`${served.url}/users/1`)).status).toBe(200)
  })

  it('lets pass what only looks like an instruction, and changes nothing', async () => {
    const body = {
      price: '$100',
      note: 'use {"$ne":1} or __proto__',
      email: 'a.b@shop.example',
      'a.b': 1,
      US$: 1,
      constructors: ['$a', null, true, 1.5],
      nested: { list: [{ a: 1 }, { a: 2 }] },
      prototypes: {},
    }
    await using served = await serve(guardedApp())
    const answer = await post(
      served,
      JSON.stringify(body),
      'application/json',
      '/users/7?q=%24100&sort=-price',
    )
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ body, query: { q: '$100', sort: '-price' }, params: { id: '7' } })
  })

  it('takes on a route what is allowed there, and nowhere else', async () => {
    const allow = {
      '/Search': { keys: ['$text', 'constructor'], repeated: ['tag', 'filter'] },
    }
    await using served = await serve(guardedApp({ allow }))
    const status = async (path: string, body?: string) =>
      (body ? await post(served, body, 'application/json', path) : await fetch(`${served.url}${path}`)).status
    expect(await status('/search?tag=a&tag=b')).toBe(200)
    expect(await status('/SEARCH/deep/?filter[max]=1')).toBe(200)
    expect(await status('/search', '{"$text":{"a":1},"constructor":"Ferrari"}')).toBe(200)
    expect(await status('/search?sort=a&sort=b')).toBe(400)
    expect(await status('/search?filter[$gt]=1')).toBe(400)
    expect(await status('/search', '{"$where":1}')).toBe(400)
    expect(await status('/search', '{"$text":{"$where":1}}')).toBe(400)
    expect(await status('/searching?tag=a&tag=b')).toBe(400)
    expect(await status('/?tag=a&tag=b')).toBe(400)
  })

  it('says what was refused to the log, and no value', async () => {
    const logger = recordingLogger()
    await using served = await serve(guardedApp({ logger }))
    await post(served, '{"password":{"$ne":"hunter2"}}', 'application/json', '/users/7')
    expect(logger.entries).toEqual([
      {
        level: 'warn',
        message: 'input refused',
        fields: { part: 'body', rule: 'operator', method: 'POST', path: '/users/7' },
      },
    ])
  })

  it('refuses what is nested too deep or too large, without a deep call stack', async () => {
    const app = express()
    app.use(express.json({ limit: '4mb' }), injectionGuard({ maxValues: 100_000 }))
    app.use((_req, res) => void res.send('ok'))
    app.use(errorHandler())
    await using served = await serve(app)
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect((await post(served, nested(20))).status).toBe(200)
    expect((await post(served, nested(21))).status).toBe(400)
    const deep = await post(served, nested(200_000))
    expect(deep.status).toBe(400)
    expect(await deep.json()).toMatchObject({ detail: expect.stringContaining('nested') as string })
    expect((await post(served, JSON.stringify(Array(100_000).fill(0)))).status).toBe(200)
    expect((await post(served, JSON.stringify(Array(100_001).fill(0)))).status).toBe(400)
  })

  it('leaves buffers, dates and streams alone', async () => {
    class Weird {
      $ne = 1
    }
    const bodies = [
      Buffer.from('$ne'),
      new Date(),
      { at: new Date(), file: Buffer.alloc(10) },
      new Weird(),
      new Map(),
    ]
    for (const body of bodies) {
      const app = express()
      app.use((req, _res, next) => {
        req.body = body
        next()
      }, injectionGuard())
      app.use((req, res) => void res.send(String(req.body === body)))
      app.use(errorHandler())
      await using served = await serve(app)
      expect(await (await fetch(served.url)).text()).toBe('true')
    }
    const app = express()
    app.use(injectionGuard())
    app.post('/', (req, res) => void req.pipe(res))
    await using served = await serve(app)
    expect(await (await post(served, '{"$ne":1}', 'text/plain')).text()).toBe('{"$ne":1}')
  })

  it('survives addresses and cookies that are none', async () => {
    await using served = await serve(guardedApp())
    for (const path of [
      '//',
      '/%',
      '/?%',
      '/?[',
      '/?=&&=',
      '/?a[]]=1',
      `/?${'a[b]'.repeat(50)}=1`,
      '/%E0%A4%A?x',
      '*',
    ]) {
      const status = await new Promise((resolve, reject) => {
        const { port } = new URL(served.url)
        httpRequest({ port, host: '127.0.0.1', path, method: 'OPTIONS' }, (res) => {
          res.resume()
          resolve(res.statusCode)
        })
          .on('error', reject)
          .end()
      })
      expect([200, 400], path).toContain(status)
    }
  })
})

describe('injectionGuard()', () => {
  it('lets exactly those bodies pass that hold no such key, at any depth', async () => {
    const express = expressVersions[0][1]
    const app = express()
    app.use(bodyParsers(), injectionGuard())
    app.use((req, res) => void res.json(req.body))
    app.use(errorHandler())
    await using served = await serve(app)
    const key = fc.oneof(
      fc.constantFrom('$ne', '__proto__', 'constructor', 'a', 'b.c', 'price$', '', 'a[$x]'),
      fc.string({ maxLength: 4 }),
    )
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, fc.dictionary(key, tie('node')), fc.array(tie('node'))),
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.string(),
        fc.integer(),
        fc.constant(null),
        tie('tree'),
      ),
    }))
    const isBad = (value: unknown, depth = 1): boolean =>
      typeof value === 'object' &&
      value !== null &&
      (depth > 20 ||
        (!Array.isArray(value) &&
          Object.keys(value).some((name) =>
            name.split(/[.[\]]/).some((piece) => /^(\$.*|__proto__|constructor|prototype)$/s.test(piece)),
          )) ||
        Object.keys(value).some((name) => name.includes('\0') && !Array.isArray(value)) ||
        Object.values(value).some((child) => isBad(child, depth + 1)))
    await fc.assert(
      fc.asyncProperty(tree, async (body) => {
        const text = JSON.stringify(body)
        const answer = await fetch(served.url, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: text,
        })
        expect(answer.status, text).toBe(isBad(body) ? 400 : 200)
        if (answer.status === 200) expect(await answer.text()).toBe(text)
        else await answer.arrayBuffer()
      }),
      { numRuns: 300 },
    )
  })

  it('refuses to allow what can never be', () => {
    expect(() => injectionGuard({ allow: { '/a': { keys: ['__proto__'] } } })).toThrow(/cannot be allowed/)
    expect(() => injectionGuard({ allow: { a: {} } })).toThrow(/must start with "\/"/)
    expect(() => injectionGuard({ allow: { '/a': { key: [] } as never } })).toThrow(/Did you mean "keys"/)
    expect(() => injectionGuard({ maxDepth: 0 })).toThrow(/whole number/)
    expect(() => injectionGuard({ maxdepth: 1 } as never)).toThrow(/Did you mean "maxDepth"/)
  })
})
