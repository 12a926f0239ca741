import { describe, expect, it } from 'vitest'
import {
  bodyParsers,
  cspReports,
  errorHandler,
  type CspReport,
  type CspReportsOptions,
} from '../src/index.js'
import { expressVersions, recordingLogger, serve } from './serve.js'

describe.each(expressVersions)('cspReports() on %s', (_name, express) => {
  async function receiver(options: Partial<CspReportsOptions> = {}) {
    const reports: CspReport[] = []
    const app = express()
    app.use(
      cspReports({ path: '/csp', onReport: (report) => reports.push(report), ...options }),
      bodyParsers(),
    )
    app.use((_req, res) => void res.status(404).send('elsewhere'))
    app.use(errorHandler())
    const served = await serve(app)
    const send = (body: unknown, type = 'application/reports+json', path = '/csp') =>
      fetch(`${served.url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': type },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
    return { served, send, reports }
  }

  const modern = (blockedURL: string) => ({
    type: 'csp-violation',
    url: 'https://shop.example/',
    body: {
      documentURL: 'https://shop.example/reset?token=secret',
      effectiveDirective: 'script-src-elem',
      blockedURL,
      sourceFile: 'https://shop.example/app.js?v=1',
      lineNumber: 7,
      sample: 'alert(document.cookie)',
    },
  })

  it('takes reports of the Reporting API, without queries and samples', async () => {
    const { served, send, reports } = await receiver()
    await using _ = served
    const answer = await send([modern('https://evil.example/x?y'), { type: 'deprecation', body: {} }, null])
    expect(answer.status).toBe(204)
    expect(reports).toEqual([
      {
        page: 'https://shop.example/reset',
        directive: 'script-src-elem',
        blocked: 'https://evil.example/x',
        source: 'https://shop.example/app.js',
        line: 7,
      },
    ])
  })

  it('takes reports of browsers that know report-uri alone', async () => {
    const { served, send, reports } = await receiver()
    await using _ = served
    const report = {
      'document-uri': 'https://shop.example/',
      'violated-directive': 'img-src',
      'blocked-uri': 'inline',
    }
    expect((await send({ 'csp-report': report }, 'application/csp-report')).status).toBe(204)
    expect(reports).toMatchObject([
      { page: 'https://shop.example/', directive: 'img-src', blocked: 'inline' },
    ])
  })

  it('logs reports, when nobody else wants them', async () => {
    const logger = recordingLogger()
    const { served, send } = await receiver({ logger, onReport: undefined as never })
    await using _ = served
    await send([modern('inline')])
    expect(logger.entries).toMatchObject([{ level: 'warn', fields: { blocked: 'inline' } }])
  })

  it('takes small bodies, few reports of each, and few of one address', async () => {
    const { served, send, reports } = await receiver({ maxPerMinute: 4 })
    await using _ = served
    expect((await send([modern('x'.repeat(20_000))])).status).toBe(413)
    expect((await send('{"csp-report":')).status).toBe(400)
    expect((await send(Array(50).fill(modern('inline')))).status).toBe(204)
    expect(reports).toHaveLength(20)
    expect((await send([modern('y'.repeat(5000))])).status).toBe(204)
    expect(reports.at(-1)!.blocked).toHaveLength(200)
    const refused = await send([modern('inline')])
    expect(refused.status).toBe(429)
    expect(refused.headers.get('Retry-After')).not.toBeNull()
  })

  it('takes whatever is sent without failing, and leaves other requests alone', async () => {
    const { served, send, reports } = await receiver()
    await using _ = served
    for (const body of [
      '{}',
      '[]',
      '[1,null,"a",{"type":"csp-violation"}]',
      '{"csp-report":null}',
      '{"csp-report":[1]}',
    ])
      expect((await send(body)).status, body).toBe(204)
    expect((await send('x', 'text/plain')).status).toBe(204)
    expect(reports.every(({ page }) => page === undefined)).toBe(true)
    expect((await send([modern('inline')], undefined, '/other')).status).toBe(404)
    expect((await fetch(`${served.url}/csp`)).status).toBe(404)
  })
})

describe('cspReports()', () => {
  it('refuses options that make no sense', () => {
    expect(() => cspReports({} as never)).toThrow(/path is the path/)
    expect(() => cspReports({ path: '/a', maxBytes: 0 })).toThrow(/maxBytes/)
    expect(() => cspReports({ path: '/a', maxByte: 1 } as never)).toThrow(/Did you mean "maxBytes"/)
  })
})
