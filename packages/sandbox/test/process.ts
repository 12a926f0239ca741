import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Sandbox } from '../src/index.js'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** A directory that goes with the test. */
export function directoryFor(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ementech-sandbox-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Runs the command line tool until it ends. */
export function runCli(...args: string[]) {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  )
}

/** Starts `ementech-sandbox` as a child with a channel, as a parent process would; resolves when it is ready. */
export async function startCli(...args: string[]) {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const ready = await new Promise<{ type: string; url: string; env: Sandbox['env'] }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as never))
    void exited.then(() => reject(new Error(`The tool ended before it was ready. ${stderr}`)))
  })
  return {
    ...ready,
    stdout: () => stdout,
    exited,
    disconnect: () => child.disconnect(),
    kill(signal: NodeJS.Signals = 'SIGKILL') {
      child.kill(signal)
      return exited
    },
  }
}
