#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { check, formatCheck } from './cli/check.js'
import { renderDocs } from './cli/docs.js'
import { renderExample } from './cli/example.js'
import { loadSchema } from './cli/load-schema.js'
import { createPaint } from './cli/paint.js'
import { EnvError } from './errors.js'
import { isStage, stages } from './stage.js'

const usage = `Usage: ementech-env <command> [options]

  check              checks the environment and the .env files of a stage
  example            writes .env.example from the schema
  docs               prints a Markdown table of the variables

  --schema <file>    the module that exports the schema  (default: src/env.ts, env.js, …)
  --export <name>    the name of the export  (default: schema)
  --stage <stage>    check: ${stages.join(', ')}  (default: APP_ENV)
  --dir <directory>  check: where the .env files are  (default: .)
  --strict           check: warnings count as problems
  --json             check: prints JSON
  --out <file>       example, docs: the file to write
  --check            example, docs: compares the file instead of writing it

Exit codes: 0 all is well · 1 problems, or a file that is out of date · 2 wrong usage, or no schema
`

const flags = {
  schema: { type: 'string' },
  export: { type: 'string', default: 'schema' },
  stage: { type: 'string' },
  dir: { type: 'string', default: '.' },
  strict: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  out: { type: 'string' },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: flags, allowPositionals: true })
  const [command, ...rest] = positionals
  if (values.help) return print(usage)
  if (rest.length > 0 || !['check', 'example', 'docs'].includes(command ?? '')) return fail(usage)
  if (values.stage !== undefined && !isStage(values.stage))
    return fail(`--stage must be one of ${stages.join(', ')}\n`)

  const loaded = await loadSchema(values.schema, values.export)
  if (command === 'check') {
    const { stage, dir, strict } = values
    const result = await check(loaded, { stage, dir, strict })
    const { stdout } = process
    const text = values.json
      ? `${JSON.stringify(result, null, 2)}\n`
      : formatCheck(result, createPaint(stdout, process.env['NO_COLOR']), stdout.columns ?? Infinity)
    return print(text, result.ok ? 0 : 1)
  }
  const text = command === 'example' ? renderExample(loaded.schema) : renderDocs(loaded.schema)
  const out = values.out ?? (command === 'example' ? '.env.example' : undefined)
  if (values.check)
    return out === undefined ? fail('--check needs --out <file>\n') : compare(out, text, command!)
  if (out === undefined) return print(text)
  writeFileSync(out, text)
  return print(`${out} is written\n`)
}

function compare(file: string, text: string, command: string): number {
  let current: string | undefined
  try {
    current = readFileSync(file, 'utf8').replaceAll('\r\n', '\n')
  } catch {
    // Absent is out of date.
  }
  if (current === text) return print(`${file} is up to date\n`)
  return print(`${file} does not match the schema; run: ementech-env ${command} --out ${file}\n`, 1)
}

function print(text: string, code = 0): number {
  process.stdout.write(text)
  return code
}

function fail(text: string): number {
  process.stderr.write(text)
  return 2
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const { message, code, name, stack = '' } = error as Error & { code?: string }
    const known = error instanceof EnvError || code?.startsWith('ERR_PARSE_ARGS')
    // The words of any other error may hold a value; the frames of its stack hold places alone.
    const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
    const unexpected = [
      `unexpected ${name}, its message withheld because it may hold a value`,
      ...frames,
    ].join('\n')
    process.stderr.write(`ementech-env: ${known ? message : unexpected}\n`)
    process.exitCode = error instanceof EnvError && error.code === 'ENV_INVALID' ? 1 : 2
  },
)
