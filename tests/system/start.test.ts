import { execFile, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { until } from '../support/shop.js'
import { npmStart } from '../support/start.js'

describe('npm start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('runs the shop until %s, and leaves no process', async (signal) => {
    await using running = npmStart()
    const url = await running.line(/Shop\s+(http:\/\/localhost:\d+)/)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    expect(await (await fetch(url)).text()).toContain('<title>')
    const pids = await descendants(running.child.pid!)
    expect(pids.length).toBeGreaterThanOrEqual(4)

    running.child.kill(signal)
    expect(await running.exited).toEqual({ code: 0, signal: null })
    await until('every process to be gone', async () => !(await anyAlive(pids)))
  })

  it.each([
    [
      'a Ctrl-C in the terminal, which reaches the whole group',
      (pid: number) => process.kill(-pid, 'SIGINT'),
    ],
    ['a SIGTERM to npm alone', (pid: number) => process.kill(pid, 'SIGTERM')],
  ])('run by npm, leaves no process after %s', async (_what, end) => {
    await using running = npmStart({}, { byNpm: true })
    await running.line(/Shop\s+(\S+)/)
    const pids = await descendants(running.child.pid!)
    expect(pids.length).toBeGreaterThanOrEqual(5)
    end(running.child.pid!)
    await until('every process to be gone', async () => !(await anyAlive(pids)))
  })

  it('leaves no process when it is itself killed', async () => {
    await using running = npmStart()
    await running.line(/Shop\s+(\S+)/)
    const pids = await descendants(running.child.pid!)
    running.child.kill('SIGKILL')
    // All of them stop at once then, the database too: the others give up waiting for it within 25 s.
    await until('every process to be gone', async () => !(await anyAlive(pids)), 60_000)
  }, 180_000)

  it('says when a port is in use, and takes another', async () => {
    const squatter = createServer().listen(0)
    await new Promise((resolve) => squatter.once('listening', resolve))
    const { port } = squatter.address() as { port: number }
    await using running = npmStart({ PORT: String(port) })
    await running.line(new RegExp(`(Port ${port} is in use: the server takes another)`))
    const url = await running.line(/Shop\s+(http:\/\/localhost:\d+)/)
    expect(url).not.toBe(`http://localhost:${port}`)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    squatter.close()
  })
})

/** Every process below one, by the parents that ps names. */
async function descendants(pid: number): Promise<number[]> {
  const ps = spawn('ps', ['-eo', 'pid=,ppid='], { stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  for await (const chunk of ps.stdout) output += chunk
  const pairs = output
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
  const found: number[] = []
  for (const parent of [pid]) walk(parent)
  return found

  function walk(parent: number) {
    for (const [child, of] of pairs) {
      if (of !== parent || child === ps.pid) continue
      found.push(child)
      walk(child)
    }
  }
}

/** Whether any of the processes still runs. One that has ended and that nobody has buried yet does not. */
async function anyAlive(pids: number[]): Promise<boolean> {
  const states = await promisify(execFile)('ps', ['-o', 'stat=', '-p', pids.join(',')]).catch(() => ({
    stdout: '',
  }))
  return states.stdout.split('\n').some((state) => state !== '' && !state.startsWith('Z'))
}
