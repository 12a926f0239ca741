import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './shop.js'
import { root } from './sources.js'

/** What `npm start` runs, or npm itself, as a process, on free ports and with data of its own. */
export function npmStart(env: Record<string, string> = {}, { byNpm = false } = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'ementech-start-'))
  const [command, ...args] = byNpm ? ['npm', 'start'] : [process.execPath, 'scripts/start.mjs']
  const child = spawn(command, args, {
    cwd: root,
    env: {
      ...process.env,
      PORT: '0',
      SANDBOX_PORT: '0',
      MAIL_PORT: '0',
      MONGO_PORT: '0',
      EMENTECH_DATA: dataDir,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a terminal makes one for each command.
    detached: byNpm,
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  )
  return {
    child,
    exited,
    /** The first group of the first match in what it prints. */
    line: (pattern: RegExp) =>
      until(`${pattern} in what npm start prints`, async () => {
        if (child.exitCode !== null) throw new Error(output)
        return output.match(pattern)?.[1]
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
