import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read, root } from './support/sources.js'

const dir = 'examples/minimal/security'
const versions = [
  ['Express 5', []],
  ['Express 4', ['--import', './tests/support/express4.mjs']],
] as const

/** What each part alone does in an application: the statuses that its example prints. */
const statuses: Record<string, number[]> = {
  'body.js': [200, 413],
  'cors.js': [200, 403],
  'csp-reports.js': [204],
  'errors.js': [500, 404],
  'headers.js': [200],
  'injection-guard.js': [200, 400],
  'rate-limit.js': [200, 200, 429],
  'validate.js': [200, 200, 400],
}

describe('each part of security alone', () => {
  it('has an example of at most 25 lines', () => {
    for (const file of Object.keys(statuses))
      expect(read(join(dir, file)).split('\n').length, file).toBeLessThanOrEqual(25)
    expect(readdirSync(join(root, dir))).toEqual(expect.arrayContaining(Object.keys(statuses)))
  })

  const runs = versions.flatMap(([name, flags]) =>
    Object.entries(statuses).map(([file, expected]) => ({ name, flags, file, expected })),
  )
  it.each(runs)('$file works on $name', async ({ flags, file, expected }) => {
    const { code, output } = await run([...flags, join(dir, file)])
    expect(code, output).toBe(0)
    expect([...output.matchAll(/^(\d{3})\b/gm)].map(([, status]) => Number(status))).toEqual(expected)
    expect(output).not.toContain('hunter2')
  })
})

function run(args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', reject)
    child.once('exit', (code) => resolve({ code, output }))
  })
}
