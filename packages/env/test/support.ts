import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { EnvError, type EnvIssue } from '../src/index.js'

/** A secret that passes everywhere. */
export function goodSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** A directory with the given files, readable by their owner alone; it goes away with `using`. */
export function directory(files: Record<string, string> = {}): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'ementech-env-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text, { mode: 0o600 })
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** The issues of the EnvError that `run` throws. */
export function issuesOf(run: () => unknown): readonly EnvIssue[] {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(EnvError)
    return (error as EnvError).issues
  }
  return expect.fail('the environment was accepted')
}

/** The names and codes of those issues, as `NAME code`. */
export function refusals(run: () => unknown): string[] {
  return issuesOf(run).map(({ name, code }) => `${name} ${code}`)
}
