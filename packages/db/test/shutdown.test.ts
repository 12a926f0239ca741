import { EventEmitter, once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createShutdown, type ShutdownOptions } from '../src/shutdown.js'
import { silentLogger } from '../src/logger.js'
import { portOf, startChild, type Child } from './child.js'

interface Answer {
  status: number | undefined
  connection: string | undefined
  body: string
}

function send(port: number, path: string, agent?: Agent, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request(
      { host: '127.0.0.1', port, path: `/${path}`, method, agent },
      (res: IncomingMessage) => {
        let body = ''
        res.on('data', (chunk) => (body += chunk))
        res.on('error', reject)
        res.on('end', () => resolve({ status: res.statusCode, connection: res.headers.connection, body }))
      },
    )
    req.on('error', reject)
    req.end()
  })
}

/** What it did, in order, without the lines that only show that it lives. */
function story({ lines }: Child): string[] {
  return lines.flatMap(({ message, step, handling, answered, ran }) => {
    if (message === 'shutdown: step') return [`step ${String(step)}`]
    if (handling ?? answered)
      return [handling ? `handling ${String(handling)}` : `answered ${String(answered)}`]
    return message ? [String(message).replace('shutdown: ', '')] : ran ? [`ran ${String(ran)}`] : []
  })
}

describe('createShutdown() in a process', () => {
  it('turns readiness off and goes on serving, each answer closing its connection, until the delay is over', async () => {
    await using child = startChild({ readinessDelayMs: 600_000, timeoutMs: 900_000 })
    const port = await portOf(child)
    using agent = disposable(new Agent({ keepAlive: true }))
    expect(await send(port, 'ready', agent)).toMatchObject({ status: 200, connection: 'keep-alive' })

    child.process.kill('SIGTERM')
    await child.line({ message: 'shutdown: draining' })

    expect(await send(port, 'ready', agent)).toMatchObject({ status: 503, connection: 'close' })
    expect(await send(port, 'order', agent)).toMatchObject({
      status: 200,
      connection: 'close',
      body: 'order',
    })
  })

  it('lets requests in flight finish, runs drain meanwhile and steps in order after the last answer, exits with 0', async () => {
    await using child = startChild({
      readinessDelayMs: 0,
      steps: { queue: 'well', mongo: 'well' },
      upgradeDrain: true,
    })
    const port = await portOf(child)
    const answer = send(port, 'held')
    await child.line({ handling: 'held' })

    child.process.kill('SIGTERM')
    await child.line({ step: 'sockets' })
    child.process.send('release')

    // The connection was told to close although its request came before the signal.
    expect(await answer).toMatchObject({ status: 200, connection: 'close', body: 'held' })
    expect(await child.exited).toBe(0)
    expect(story(child)).toEqual([
      'handling held',
      'draining',
      'closing',
      'step sockets',
      'answered held',
      'step queue',
      'ran well',
      'step mongo',
      'ran well',
    ])
  })

  it('ends a WebSocket only through a drain step: Node itself forgets upgraded sockets', async () => {
    await using child = startChild({ readinessDelayMs: 0, upgradeDrain: true })
    const socket = await upgrade(await portOf(child))
    child.process.kill('SIGTERM')
    await once(socket, 'end')
    expect(await child.exited).toBe(0)
  })

  it('cuts connections that outlive serverTimeoutMs, upgraded ones too, still runs the steps and exits with 1', async () => {
    await using child = startChild({
      readinessDelayMs: 0,
      serverTimeoutMs: 50,
      stepTimeoutMs: 600_000,
      timeoutMs: 900_000,
      steps: { mongo: 'waits' },
    })
    const port = await portOf(child)
    const socket = await upgrade(port)
    const answer = send(port, 'held').catch((err: unknown) => (err as NodeJS.ErrnoException).code)
    await child.line({ handling: 'held' })

    child.process.kill('SIGTERM')

    await once(socket, 'close')
    expect(await answer).toBe('ECONNRESET')
    await child.line({ step: 'mongo' })
    child.process.send('go on')
    expect(await child.exited).toBe(1)
  })

  it('does not wait for a client that could not be told to close its connection', async () => {
    await using child = startChild({ readinessDelayMs: 0, serverTimeoutMs: 600_000, timeoutMs: 900_000 })
    const port = await portOf(child)
    using agent = disposable(new Agent({ keepAlive: true }))
    const answer = send(port, 'held-begun', agent)
    await child.line({ handling: 'held-begun' })
    child.process.kill('SIGTERM')
    await child.line({ message: 'shutdown: closing' })
    child.process.send('release')
    expect(await answer).toMatchObject({ connection: 'keep-alive', body: 'begun held' })
    expect(await child.exited).toBe(0)
  })

  it('goes on after a step that fails and one that hangs, and exits with 1', async () => {
    await using child = startChild({
      readinessDelayMs: 0,
      stepTimeoutMs: 50,
      steps: { mail: 'fails', queue: 'hangs', mongo: 'well' },
    })
    await portOf(child)
    child.process.kill('SIGTERM')
    expect(await child.exited).toBe(1)
    expect(story(child)).toEqual([
      'draining',
      'closing',
      'step mail',
      'step failed',
      'step queue',
      'step took too long, going on without it',
      'step mongo',
      'ran well',
    ])
    expect(await child.line({ message: 'shutdown: step failed' })).toMatchObject({
      err: { message: 'will not stop' },
    })
  })

  it('exits with 1 when the whole takes longer than timeoutMs', async () => {
    await using child = startChild({ readinessDelayMs: 600_000, timeoutMs: 100 })
    await portOf(child)
    child.process.kill('SIGTERM')
    expect(await child.exited).toBe(1)
    expect(story(child)).toEqual(['draining', 'out of time, exiting'])
  })

  it('exits at once, with 128 + its number, at a second signal', async () => {
    await using child = startChild({
      readinessDelayMs: 600_000,
      timeoutMs: 900_000,
      steps: { mongo: 'well' },
    })
    await portOf(child)
    child.process.kill('SIGTERM')
    await child.line({ message: 'shutdown: draining' })
    child.process.stdout!.on('data', () => child.process.kill('SIGTERM'))
    expect(await child.exited).toBe(128 + 15)
    expect(story(child)).toEqual(['draining', 'second signal, exiting now'])
  })

  it.each([
    ['throw', 'shutdown: uncaught exception', 'out of the blue'],
    ['reject', 'shutdown: unhandled rejection', 'forgotten'],
  ])(
    'after an error that nobody caught (%s) skips the delay, runs the steps, exits with 1',
    async (how, message, text) => {
      await using child = startChild({
        readinessDelayMs: 600_000,
        timeoutMs: 900_000,
        steps: { mongo: 'well' },
      })
      await portOf(child)
      child.process.send(how)
      expect(await child.exited).toBe(1)
      expect(await child.line({ message })).toMatchObject({ level: 'error', err: { message: text } })
      expect(story(child).slice(-2)).toEqual(['step mongo', 'ran well'])
    },
  )

  it('cuts the delay short when an error comes in the middle of it', async () => {
    await using child = startChild({
      readinessDelayMs: 600_000,
      timeoutMs: 900_000,
      steps: { mongo: 'well' },
    })
    await portOf(child)
    child.process.kill('SIGTERM')
    await child.line({ message: 'shutdown: draining' })
    child.process.send('throw')
    expect(await child.exited).toBe(1)
    expect(story(child)).toEqual(['draining', 'uncaught exception', 'closing', 'step mongo', 'ran well'])
  })

  it("hears PM2's message", async () => {
    await using child = startChild({ readinessDelayMs: 0 })
    await portOf(child)
    child.process.send('shutdown')
    expect(await child.exited).toBe(0)
    expect(await child.line({ message: 'shutdown: draining' })).toMatchObject({ reason: 'message' })
  })

  it('gives every caller of run() the same promise and runs the steps once', async () => {
    await using child = startChild({ readinessDelayMs: 0, steps: { mongo: 'well' } })
    await portOf(child)
    child.process.send('twice')
    expect(await child.exited).toBe(0)
    expect(child.lines).toContainEqual({ same: true })
    expect(child.lines.filter((line) => line['ran'])).toHaveLength(1)
  })

  it('stops a worker that has no server, without a delay', async () => {
    await using child = startChild({ worker: true, steps: { mongo: 'well' } })
    await child.line({ tick: true, stopping: false })
    child.process.kill('SIGINT')
    expect(await child.exited).toBe(0)
    expect(story(child)).toEqual(['draining', 'closing', 'step mongo', 'ran well'])
  })
})

describe('createShutdown() under keep-alive POST load', () => {
  it('answers every request that a handler has begun', async () => {
    await using child = startChild({ readinessDelayMs: 100 })
    const { begun, answered } = await loadUntilGone(child)
    expect(begun.length).toBeGreaterThan(200)
    expect(begun.filter((id) => !answered.has(id))).toEqual([])
    expect(new Set(begun).size).toBe(begun.length)
    expect(await child.exited).toBe(0)
  })

  it('where a process that just exits does not: the load is strong enough to show it', async () => {
    await using child = startChild({ naive: true })
    const { begun, answered } = await loadUntilGone(child)
    expect(begun.filter((id) => !answered.has(id))).not.toEqual([])
  })
})

/** 20 clients that never send a request twice, a SIGTERM in the middle, until nobody answers any more. */
async function loadUntilGone(child: Child) {
  const port = await portOf(child)
  using agent = disposable(new Agent({ keepAlive: true, maxSockets: 20 }))
  const answered = new Set<string>()
  let count = 0
  let gone = false
  void child.exited.then(() => (gone = true))
  const clients = Array.from({ length: 20 }, async () => {
    while (!gone) {
      const id = `post-${count++}`
      const answer = await send(port, id, agent, 'POST').catch(() => undefined)
      if (answer?.status === 200 && answer.body === id) answered.add(id)
      if (answered.size === 200) child.process.kill('SIGTERM')
    }
  })
  await Promise.all(clients)
  const begun = child.lines.flatMap(({ handling }) => (handling ? [String(handling)] : []))
  return { begun, answered }
}

describe('createShutdown() in this process', () => {
  function start(options: Partial<ShutdownOptions> = {}) {
    const target = Object.assign(new EventEmitter(), { exits: [] as number[] })
    const exit = (code: number) => target.exits.push(code)
    const shutdown = createShutdown({
      logger: silentLogger,
      process: Object.assign(target, { exit }),
      ...options,
    })
    return { target, shutdown }
  }

  it('takes the second SIGINT of one Ctrl-C under npm for what it is', async () => {
    const { target, shutdown } = start()
    target.emit('SIGINT')
    target.emit('SIGINT')
    expect(await shutdown.run('joined')).toBe(0)
    expect(target.exits).toEqual([0])
  })

  it('is a readiness check, a flag and an abort signal', async () => {
    const { shutdown } = start()
    await expect(shutdown.check()).resolves.toBeUndefined()
    expect([shutdown.draining, shutdown.signal.aborted]).toEqual([false, false])
    const done = shutdown.run('test')
    expect([shutdown.draining, shutdown.signal.aborted]).toEqual([true, true])
    await expect(shutdown.check()).rejects.toMatchObject({ code: 'DB_DRAINING', status: 503 })
    await done
  })

  it('stops a server that never listened', async () => {
    const { shutdown } = start({ server: createServer(), readinessDelayMs: 0 })
    expect(await shutdown.run('test')).toBe(0)
  })

  it('refuses misuse when it is made', () => {
    expect(() => start({ step: {} } as object)).toThrow(/unknown option "step".*Did you mean "steps"/)
    expect(() => start({ logger: undefined } as object)).toThrow(/logger is required/)
    expect(() => start({ steps: { 1: () => {} } })).toThrow(/name a step by a word/)
    expect(() => start({ steps: { mongo: 'close' } } as object)).toThrow(TypeError)
    expect(() => start({ drain: { sockets: { run() {}, timeout: 1 } } } as object)).toThrow(/"timeoutMs"/)
  })
})

async function upgrade(port: number) {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n')
  await once(socket, 'data')
  return socket
}

function disposable(agent: Agent): Agent & Disposable {
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() })
}
