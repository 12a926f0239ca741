import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import type { Findings } from './findings.js'
import type { Stage } from './stage.js'

/** Some variables and where they come from. */
export interface Layer {
  readonly name: string
  readonly values: Readonly<Record<string, string | undefined>>
}

/** A directory that holds `.env` files, a list of files (the first wins), or none. */
export type EnvFiles = string | URL | readonly (string | URL)[] | false

/** The names of the files of a stage, the strongest first; `.env.local` is a laptop's own and not for tests. */
export function fileNames(stage: Stage): string[] {
  return [`.env.${stage}.local`, ...(stage === 'test' ? [] : ['.env.local']), `.env.${stage}`, '.env']
}

/** Reads the files, the strongest first. One that is listed by name must exist; the usual ones may be absent. */
export function readEnvFiles(files: EnvFiles, stage: Stage, findings: Findings): Layer[] {
  if (files === false) return []
  const paths = Array.isArray(files)
    ? (files as (string | URL)[]).map((file) => ({
        path: toPath(file),
        name: baseName(toPath(file)),
        required: true,
      }))
    : fileNames(stage).map((name) => ({
        path: join(toPath(files as string | URL), name),
        name,
        required: false,
      }))
  return paths.flatMap(({ path, name, required }) => {
    const text = readGuarded(path, name, required, findings)
    return text === undefined ? [] : [readLayer(name, text, stage, findings)]
  })
}

/** The largest file that is taken for a secret or a set of variables. */
const maxFileBytes = 1024 * 1024

/**
 * The text of a file that may hold secrets; undefined, and a finding, if it cannot be had. Neither path nor
 * system message is shown: when a secret is set where its file was meant, the path is the secret.
 */
export function readGuarded(
  path: string,
  name: string,
  required: boolean,
  findings: Findings,
): string | undefined {
  const refuse = (reason: string) =>
    findings.report(name, `is a file that cannot be read: ${reason}`, 'unreadable')
  try {
    const stats = statSync(path)
    // A device or a pipe would block the start.
    if (!stats.isFile()) return void refuse('it is no regular file')
    if (stats.size > maxFileBytes) return void refuse('it is larger than 1 MiB')
    if (process.platform !== 'win32' && (stats.mode & 0o004) !== 0) {
      findings.warn(name, 'is a file that every user of this machine can read: chmod 600 it', 'unsafe')
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = String((error as { code?: unknown }).code ?? 'unknown error')
    return required || code !== 'ENOENT' ? void refuse(code) : undefined
  }
}

function readLayer(name: string, text: string, stage: Stage, findings: Findings): Layer {
  const values = parseEnv(text.replace(/^\uFEFF/, '')) as Record<string, string>
  if (values['NODE_OPTIONS']) {
    const message = `is set in ${name}, which is too late: Node has read it by then. Set it in the unit, PM2 or the shell`
    findings.warn('NODE_OPTIONS', message, 'misplaced')
  }
  if (values['APP_ENV'] && values['APP_ENV'] !== stage) {
    const message = `is set in ${name} to another stage than ${stage}; the stage decides which files are read, so it must come from the real environment`
    findings.report('APP_ENV', message, 'misplaced')
  }
  return { name, values }
}

function toPath(file: string | URL): string {
  return file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : file
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}
