import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Redis } from 'ioredis'
import type { RedisCommand } from '../src/index.js'

/** Where redis-server is; without one the tests that need it are skipped, which CI does not allow. */
export const redisServer =
  process.env.REDIS_SERVER ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((dir) => join(dir, 'redis-server'))
    .find((path) => existsSync(path))

/** A Redis of the test's own, which can be stopped, started and frozen. */
export class RedisServer implements AsyncDisposable {
  private process: ChildProcess | undefined
  private readonly dir = mkdtempSync(join(tmpdir(), 'ementech-redis-'))
  readonly port: number

  private constructor(port: number) {
    this.port = port
  }

  /** A port for a server that does not run yet. */
  static async reserve(): Promise<RedisServer> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    return new RedisServer(port)
  }

  static async start(): Promise<RedisServer> {
    const server = await RedisServer.reserve()
    await server.start()
    return server
  }

  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--dir', this.dir]
    this.process = spawn(redisServer!, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const { stdout } = this.process
    await new Promise<void>((resolve, reject) => {
      stdout!.on('data', (chunk) => String(chunk).includes('Ready to accept') && resolve())
      stdout!.once('end', () => reject(new Error('redis-server ended')))
    })
  }

  async stop(): Promise<void> {
    const { process } = this
    if (!process || process.exitCode !== null || process.signalCode !== null) return
    const exit = once(process, 'exit')
    process.kill('SIGKILL')
    await exit
  }

  /** It keeps its connections and answers nothing. */
  freeze(): void {
    this.process!.kill('SIGSTOP')
  }

  thaw(): void {
    this.process!.kill('SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** An ioredis as applications have it, and the command that it gives; `commands` are those that were sent. */
export function connectRedis(server: RedisServer, options: { enableOfflineQueue?: boolean } = {}) {
  const client = new Redis({ port: server.port, host: '127.0.0.1', retryStrategy: () => 50, ...options })
  client.on('error', () => {})
  const commands: string[][] = []
  const command: RedisCommand = (name, ...args) => {
    commands.push([name!, ...args])
    return client.call(name!, ...args)
  }
  return {
    client,
    command,
    commands,
    [Symbol.dispose]: () => client.disconnect(),
  }
}
