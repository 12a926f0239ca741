import type { Server } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EventEmitter, once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { createUploads, getUploads, type Storage } from '../src/index.js'
import { memoryStorage } from '../src/testing.js'
import * as sample from './samples.js'
import { expressVersions, serve } from './serve.js'
import { form, openPost, rawEnd, rawPart, rawType, send, startApp, until } from './support.js'

const partHead =
  'Content-Disposition: form-data; name="picture"; filename="a.jpg"\r\nContent-Type: image/jpeg'
const contentType = `Content-Type: ${rawType['Content-Type']}`

describe.each(expressVersions)('files that stream on %s', (_name, express) => {
  it('are gone when the client goes in the midst of one, with those before it, and nothing stays open', async () => {
    const storage = countingStorage()
    await using app = await startApp(express, { storage })
    const socket = await openPost(app.host, '/many', [contentType, 'Content-Length: 100000'])
    socket.write(rawPart(partHead, sample.jpeg(40, 30, 5_000)))
    socket.write(`--edge\r\n${partHead}\r\n\r\n`)
    socket.write(sample.jpeg(40, 30, 20_000))
    await until(
      'one file is stored, the other on its way',
      () => storage.files.size === 1 && storage.open === 1,
    )
    socket.destroy()
    await until('the route has heard of it', () => app.errors.length === 1)
    expect(app.errors[0]).toMatchObject({ code: 'UPLOADS_ABORTED', status: 400 })
    expect(storage.open).toBe(0)
    expect(storage.files.size).toBe(0)
  })

  it('are gone when the client goes after the last byte, while the storage still works', async () => {
    const storage = heldStorage()
    await using app = await startApp(express, { storage })
    const controller = new AbortController()
    const sending = fetch(`${app.url}/one`, {
      method: 'POST',
      body: form({ bytes: sample.jpeg() }),
      signal: controller.signal,
    }).catch(() => undefined)
    await storage.received
    controller.abort()
    await sending
    storage.finish()
    // The body was complete: the handler runs, and its answer finds nobody.
    await until('the request is over', async () => (await connections(app)) === 0)
    expect(app.errors).toEqual([])
  })

  it('are answered while they come when they are too large, and read no further', async () => {
    await using app = await startApp(express)
    let sent = 0
    const endless = async function* () {
      yield Buffer.from(`--edge\r\n${partHead}\r\n\r\n`)
      yield sample.jpeg()
      for (; sent < 1e9; sent += 65_536) yield Buffer.alloc(65_536)
    }
    const answer = await send(
      `${app.url}/one`,
      Readable.toWeb(Readable.from(endless())) as ReadableStream,
      {
        headers: rawType,
        duplex: 'half',
      } as RequestInit,
    )
    expect(answer).toMatchObject({ status: 413, code: 'UPLOADS_FILE_TOO_LARGE' })
    // What the two kernels hold between them, and what the client is let finish with.
    expect(sent).toBeLessThan(20_000_000)
    await until('the connection is closed', async () => (await connections(app)) === 0)
    expect(app.memory.files.size).toBe(0)
  })

  it('are refused before a byte is read when the request announces too much', async () => {
    await using app = await startApp(express)
    const socket = await openPost(app.host, '/one', [contentType, 'Content-Length: 999999999'])
    const [head] = (await once(socket, 'data')) as [Buffer]
    expect(head.toString()).toMatch(/^HTTP\/1.1 413 /)
    await once(socket, 'close')
  })

  it('are not read on after the answer either: a client that sends all the same is cut off', async () => {
    await using app = await startApp(express)
    let read = () => 0
    app.server.once('connection', (connection) => (read = () => connection.bytesRead))
    const socket = await openPost(app.host, '/one', [contentType, 'Content-Length: 999999999'])
    const chunk = Buffer.alloc(65_536)
    const sendOn = () => void (socket.writable && socket.write(chunk, sendOn))
    sendOn()
    await new Promise((resolve) => socket.once('close', resolve))
    expect(read()).toBeLessThan(4_000_000)
    expect(app.errors).toMatchObject([{ code: 'UPLOADS_FILE_TOO_LARGE' }])
  })

  it('do not wait for a storage that works on the first of them when the second is refused', async () => {
    const memory = memoryStorage()
    const storage: Storage = {
      ...memory,
      async put(stream, file) {
        await memory.put(stream, file)
        await once(file.signal, 'abort')
        throw file.signal.reason
      },
    }
    await using app = await startApp(express, { storage })
    const socket = await openPost(app.host, '/many', [contentType, 'Content-Length: 50000'])
    // A part has ended when the next one begins.
    const body = Buffer.concat([rawPart(partHead, sample.jpeg()), rawPart(partHead, '<html>'), rawEnd])
    const second = body.lastIndexOf(partHead)
    socket.write(body.subarray(0, second))
    await until('the first is read', () => memory.files.size === 1)
    socket.write(body.subarray(second))
    expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 415 /)
    expect(memory.files.size).toBe(0)
    socket.destroy()
  })

  it('leave the connection as it was when what is refused has ended: the next request uses it', async () => {
    await using app = await startApp(express)
    const body = Buffer.concat([rawPart(partHead, '<html>'), rawEnd])
    const headers = [contentType, `Content-Length: ${body.length}`]
    const socket = await openPost(app.host, '/one', headers)
    socket.write(body)
    expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 415 /)
    socket.write([`POST /one HTTP/1.1`, `Host: ${app.host}`, ...headers, '', ''].join('\r\n'))
    socket.write(body)
    expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 415 /)
    socket.destroy()
  })

  it('have their time: a client that sends too slowly is told so, and nothing of it stays', async () => {
    await using app = await startApp(express, { bodyTimeoutMs: 150 })
    const socket = await openPost(app.host, '/one', [contentType, 'Content-Length: 5000'])
    socket.write(`--edge\r\n${partHead}\r\n\r\n`)
    socket.write(sample.jpeg(40, 30, 500))
    expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 408 /)
    expect(app.errors[0]).toMatchObject({ code: 'UPLOADS_TIMEOUT' })
    expect(app.memory.files.size).toBe(0)
  })

  it('are as many at once as is said, and the next one is asked to come again', async () => {
    const storage = heldStorage()
    await using app = await startApp(express, { storage, maxConcurrent: 1 })
    const first = send(`${app.url}/one`, form({ bytes: sample.jpeg() }))
    await storage.received
    const second = await send(`${app.url}/one`, form({ bytes: sample.jpeg() }))
    expect(second).toMatchObject({ status: 503, code: 'UPLOADS_BUSY' })
    storage.finish()
    expect((await first).status).toBe(200)
    expect((await send(`${app.url}/one`, form({ bytes: sample.jpeg() }))).status).toBe(200)
  })

  it('are a 503 when the storage fails, whose own words stay inside', async () => {
    const storage: Storage = {
      ...memoryStorage(),
      put: async () => Promise.reject(new Error('connect ECONNREFUSED with key hunter2')),
    }
    await using app = await startApp(express, { storage })
    const answer = await send(`${app.url}/one`, form({ bytes: sample.jpeg() }))
    expect(answer).toMatchObject({ status: 503, code: 'UPLOADS_STORAGE_UNAVAILABLE' })
    expect(JSON.stringify(answer)).not.toContain('hunter2')
  })

  it('are a 503 when the storage does not read them to the end', async () => {
    await using app = await startApp(express, { storage: { ...memoryStorage(), put: async () => {} } })
    const answer = await send(`${app.url}/one`, form({ bytes: sample.jpeg(40, 30, 90_000) }))
    expect(answer).toMatchObject({ status: 503, code: 'UPLOADS_STORAGE_UNAVAILABLE' })
  })

  it('are logged by their key when what is refused cannot be removed', async () => {
    const storage: Storage = {
      ...memoryStorage(),
      put: async () => Promise.reject(new Error('no space left')),
      remove: async () => Promise.reject(new Error('read-only')),
    }
    await using app = await startApp(express, { storage })
    await send(`${app.url}/one`, form({ bytes: sample.jpeg() }))
    expect(app.logger.entries).toMatchObject([{ level: 'error', fields: { err: { message: 'read-only' } } }])
    expect(app.logger.entries[0]!.fields['key']).toMatch(/^picture\//)
  })

  it('are announced before their first byte is stored, and refused by who does not want them', async () => {
    const announced: string[] = []
    const storage = countingStorage()
    await using app = await startApp(express, {
      storage,
      beforeStore: async ({ key }, req) => {
        expect(storage.files.size).toBe(0)
        announced.push(key)
        if (req.headers['x-full']) throw Object.assign(new Error('Your shelf is full.'), { status: 409 })
      },
    })
    const full = await send(`${app.url}/one`, form({ bytes: sample.jpeg() }), { headers: { 'X-Full': '1' } })
    expect(full).toMatchObject({ status: 409, message: 'Your shelf is full.' })
    expect(storage.files.size).toBe(0)
    const taken = await send(`${app.url}/one`, form({ bytes: sample.jpeg() }))
    expect(taken.file!['key']).toBe(announced[1])
  })

  it('can be removed by a handler that fails', async () => {
    const memory = memoryStorage()
    const uploads = createUploads({ storage: memory, policies: { picture: { kinds: ['jpeg'] } } })
    const application = express()
    application.post('/', uploads.single('picture', 'picture'), (req, res) => {
      uploads.remove(getUploads(req).file).then(
        () => res.status(409).json({}),
        () => res.status(500).json({}),
      )
    })
    await using app = await serve(application)
    expect((await send(app.url, form({ bytes: sample.jpeg() }))).status).toBe(409)
    expect(memory.files.size).toBe(0)
  })
})

describe('twenty files at once', () => {
  it('of 20 MB each pass through without being held: memory stays far below what they are', async () => {
    const [, express] = expressVersions[0]
    const storage: Storage = {
      ...memoryStorage(),
      // A storage that is slower than the clients: what it does not take must wait with them.
      put: async (stream, { signal }) =>
        pipeline(
          stream,
          async function discard(source: AsyncIterable<Buffer>) {
            let bytes = 0
            for await (const chunk of source) {
              bytes += chunk.length
              if (bytes % 16 === 0) await pause(1)
            }
          },
          { signal },
        ),
    }
    await using app = await startApp(express, { storage, policy: { maxFileBytes: 20_000_000 } })
    const body = async function* () {
      yield Buffer.from(`--edge\r\n${partHead}\r\n\r\n`)
      yield sample.jpeg(40, 30, 1_000)
      const chunk = Buffer.alloc(65_536)
      for (let sent = 1_000; sent + chunk.length < 20_000_000; sent += chunk.length) yield chunk
      yield Buffer.from('\r\n')
      yield rawEnd
    }
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    // What is held, without the garbage that a release of Node collects sooner or later.
    const held = () => {
      gc()
      return process.memoryUsage().arrayBuffers
    }
    const before = held()
    let highest = before
    const watch = setInterval(() => (highest = Math.max(highest, held())), 100)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        send(
          `${app.url}/one`,
          Readable.toWeb(Readable.from(body())) as ReadableStream,
          {
            headers: rawType,
            duplex: 'half',
          } as RequestInit,
        ),
      ),
    )
    clearInterval(watch)
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    // 400 MB came in. Both ends of every connection live in this process.
    expect(highest - before).toBeLessThan(50_000_000)
  })
})

/** Counts what is being stored. */
function countingStorage() {
  const memory = memoryStorage()
  const counting = {
    ...memory,
    open: 0,
    async put(...[stream, file]: Parameters<Storage['put']>) {
      counting.open += 1
      await memory.put(stream, file).finally(() => (counting.open -= 1))
    },
  }
  return counting
}

/** Reads everything, and is done when it is told to be. */
function heldStorage() {
  const memory = memoryStorage()
  const signals = new EventEmitter()
  const finished = once(signals, 'finish')
  return {
    ...memory,
    received: once(signals, 'read'),
    finish: () => signals.emit('finish'),
    async put(...[stream, file]: Parameters<Storage['put']>) {
      await memory.put(stream, file)
      signals.emit('read')
      await finished
    },
  }
}

async function connections({ server }: { server: Server }): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
}
