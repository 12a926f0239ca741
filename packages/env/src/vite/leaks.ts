import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { EnvError, formatIssues, type EnvIssue } from '../errors.js'
import { placeholderFault } from '../fields/strength.js'
import { readEnvFiles, type EnvFiles, type Layer } from '../files.js'
import { createFindings } from '../findings.js'
import { gather } from '../gather.js'
import { secretForms } from '../redact.js'
import { bundlesOf, type EnvShape } from '../rules.js'
import type { Stage } from '../stage.js'
import { declaredVariables, soundsSecret } from '../variable.js'

/** What a bundler is about to write: code with its source map, or an asset. */
export type Output = Record<
  string,
  | { type: 'chunk'; code: string; map?: { toString(): string } | null }
  | { type: 'asset'; source: string | Uint8Array }
>

// Shorter texts, and words such as "password", turn up in any bundle by chance.
const minLength = 8
const isWord = (text: string) => text.length < 16 && placeholderFault(text, '') !== undefined

/** The secrets of the server, by name: those that `schema` declares, and every variable whose name sounds like one. */
export function collectSecrets(
  schema: EnvShape | undefined,
  files: EnvFiles,
  stage: Stage,
  publicPrefixes: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  // Whether the server's environment is in order is for the server to say: here it is only searched.
  const findings = createFindings(false)
  const layers: Layer[] = [
    { name: 'process.env', values: process.env },
    ...readEnvFiles(files, stage, findings),
  ]
  const secrets = new Map<string, Set<string>>()
  const add = (name: string, text: string | undefined) => {
    if (!text || publicPrefixes.some((prefix) => name.startsWith(prefix))) return
    secrets.set(name, (secrets.get(name) ?? new Set()).add(text))
  }
  const variables = schema ? declaredVariables('viteEnv()', schema).filter(({ secret }) => secret) : []
  const found = gather(
    { variables, bundles: bundlesOf(schema ?? {}), stage, stageSource: 'vite', findings },
    layers,
  )
  for (const [index, { name }] of variables.entries()) {
    add(name, found[index]?.text)
    for (const { values } of layers) add(name, values[name])
  }
  for (const { values } of layers) {
    for (const [name, text] of Object.entries(values)) if (soundsSecret(name)) add(name, text)
  }
  return new Map([...secrets].map(([name, texts]) => [name, longForms(texts)]))
}

/** Throws if a secret is in anything that would be written or copied; nothing is written then. */
export function assertNoSecrets(
  secrets: ReadonlyMap<string, readonly string[]>,
  output: Output,
  publicDir: string | undefined,
): void {
  const issues: EnvIssue[] = []
  for (const [file, text] of textsOf(output, publicDir)) {
    for (const [name, forms] of secrets) {
      if (!forms.some((form) => text.includes(form))) continue
      issues.push({ name, code: 'unsafe', message: `has its value in ${file}` })
    }
  }
  if (issues.length === 0) return
  const message = `The build holds secrets, and was not written. Keep them on the server, and change them if such a build was ever published.`
  throw new EnvError('ENV_SECRET_IN_BUNDLE', `${message}\n\n${formatIssues(issues)}`, { issues })
}

function* textsOf(output: Output, publicDir: string | undefined): Generator<[file: string, text: string]> {
  for (const [file, item] of Object.entries(output)) {
    if (item.type === 'asset') yield [file, asText(item.source)]
    else yield [file, item.map ? `${item.code}\n${item.map.toString()}` : item.code]
  }
  if (publicDir === undefined || !existsSync(publicDir)) return
  for (const entry of readdirSync(publicDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath ?? entry.path, entry.name)
    yield [relative(publicDir, path), asText(readFileSync(path))]
  }
}

// latin1 keeps every byte, so that ASCII is found in binary files as well.
function asText(source: string | Uint8Array): string {
  return typeof source === 'string' ? source : Buffer.from(source).toString('latin1')
}

function longForms(texts: Iterable<string>): string[] {
  return [...new Set([...texts].filter((text) => !isWord(text)).flatMap(secretForms))].filter(
    (form) => form.length >= minLength,
  )
}
