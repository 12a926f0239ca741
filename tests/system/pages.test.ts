import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSystem } from '../support/shop.js'

let system: Awaited<ReturnType<typeof startSystem>>
beforeAll(async () => {
  system = await startSystem()
}, 180_000)
afterAll(() => system[Symbol.asyncDispose]())

const get = (path: string) => fetch(system.url + path)

/** The scripts and style sheets that a page names, and those that they name. */
async function filesOf(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  const queue = [path]
  for (const from of queue) {
    const text = await (await get(from)).text()
    if (from !== path) files.set(from, text)
    for (const [name] of text.matchAll(/\w[\w-]*\.(?:js|css)\b/g)) {
      const file = `/assets/${name}`
      const isThere = !queue.includes(file) && (await get(file)).ok
      if (isThere) queue.push(file)
    }
  }
  return files
}

describe('the built pages, as they are served', () => {
  it('are files with the hash of their content in the name, kept for a year; the page itself is asked for anew', async () => {
    const page = await get('/')
    expect(page.headers.get('Cache-Control')).toBe('no-cache')
    const files = await filesOf('/')
    expect(files.size).toBeGreaterThan(4)
    for (const [file, text] of files) {
      expect(file).toMatch(/-[\w-]{8}\.(js|css)$/)
      const { headers } = await get(file)
      expect(headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
      // What is smaller than a packet is not worth the work.
      if (text.length > 2_000) expect(headers.get('Content-Encoding'), file).toMatch(/^(br|gzip)$/)
    }
  })

  it('are small, have no source maps, and nothing in them prints or stops for a debugger', async () => {
    for (const [file, text] of await filesOf('/')) {
      const found = /console\.(log|debug)\(|\bdebugger\b|sourceMappingURL/.exec(text)
      expect(found?.[0], file).toBe(undefined)
      expect(text.length / text.split('\n').length, file).toBeGreaterThan(500)
      expect((await get(`${file}.map`)).status).toBe(404)
    }
  })

  it('have React in a file of its own, and the office in one that customers do not fetch', async () => {
    const html = await (await get('/')).text()
    const files = [...(await filesOf('/'))]
    const [react] = files.find(([, text]) => text.includes('react.dev/errors'))!
    const [office] = files.find(([, text]) => text.includes('What could not be done'))!
    const [shop, ...more] = files.filter(([, text]) => text.includes('Good things, made in Kenya.'))
    expect(more).toEqual([])
    expect(new Set([react, office, shop![0]]).size).toBe(3)
    expect(html).toContain(react)
    expect(html).toContain(shop![0])
    expect(html).not.toContain(office)
  })

  it('are the answer to every path, but those of the API and of files that are not there', async () => {
    for (const path of ['/orders/ABCDEF', '/admin/products', '/no-such-page']) {
      expect((await get(path)).headers.get('Content-Type')).toContain('text/html')
    }
    expect((await get('/assets/none-12345678.js')).status).toBe(404)
    const unknown = await get('/api/none')
    expect([unknown.status, unknown.headers.get('Content-Type')]).toEqual([
      404,
      expect.stringContaining('application/problem+json'),
    ])
  })
})
