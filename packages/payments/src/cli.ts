#!/usr/bin/env node
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { connectStores } from './cli/connect-stores.js'
import { formatDetails, formatList } from './cli/format.js'
import { help } from './cli/help.js'
import { deadLetters, type DeadLetters } from './dead-letters.js'
import { PaymentsError } from './errors.js'

const flags = {
  uri: { type: 'string' },
  payments: { type: 'string', default: 'payments' },
  inbox: { type: 'string', default: 'payment_inbox' },
  limit: { type: 'string', default: '100' },
  kind: { type: 'string' },
  reason: { type: 'string' },
  actor: { type: 'string' },
  raw: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

type Flags = ReturnType<typeof parse>['values']
type Command = (letters: DeadLetters, flags: Flags, ids: string[]) => Promise<number>

const commands: Record<string, Command> = { list, show, replay, discard }

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const { code, message, exitCode } = describe(error)
    process.stderr.write(`ementech-payments: ${code ? `${code}: ` : ''}${message}\n`)
    process.exitCode = exitCode
  },
)

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args)
  const [area, name = '', ...ids] = positionals
  if (values.help || area === 'help') return print(help)
  if (area !== 'dead' || !Object.hasOwn(commands, name)) {
    process.stderr.write(help)
    return 2
  }
  assertUsage(name, values, ids)
  const uri = values.uri ?? process.env['MONGODB_URI']
  if (!uri) throw new TypeError('which MongoDB? Give --uri, or set MONGODB_URI')
  const { store, inbox, close } = await connectStores(uri, values)
  try {
    return await commands[name]!(deadLetters({ store, inbox, onReplay: () => {} }), values, ids)
  } finally {
    await close()
  }
}

function parse(args: string[]) {
  return parseArgs({ args, options: flags, allowPositionals: true })
}

/** Before anything is connected: a command is done as it was meant, or not at all. */
function assertUsage(name: string, { limit, kind, reason, raw, json }: Flags, ids: string[]): void {
  if (name === 'list') {
    if (ids.length > 0) throw new TypeError('dead list takes no id')
    if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > 1000)
      throw new TypeError('--limit is to be a number from 1 to 1000')
    if (kind !== undefined && !isKind(kind)) throw new TypeError('--kind is to be callback or effect')
    return
  }
  if (ids.length === 0) throw new TypeError(`dead ${name} needs an id; dead list shows them`)
  if (name === 'show' && ids.length > 1) throw new TypeError('dead show takes one id')
  if (raw && json) throw new TypeError('--raw and --json exclude each other')
  if (name === 'discard' && !reason?.trim())
    throw new TypeError('dead discard needs a --reason; it is kept with what was discarded')
}

async function list(letters: DeadLetters, { limit, kind, json }: Flags): Promise<number> {
  const found = await letters.list({ limit: Number(limit), ...(isKind(kind) && { kind }) })
  return print(json ? toJson(found) : formatList(found))
}

async function show(letters: DeadLetters, { raw, json }: Flags, [id = '']: string[]): Promise<number> {
  const details = await letters.inspect(id, { dangerouslyIncludeRaw: raw })
  if (!raw) return print(json ? toJson(details) : formatDetails(details))
  if (!details.callback?.raw) throw new TypeError(`"${id}" is an effect, and has no bytes`)
  return print(details.callback.raw)
}

async function replay(letters: DeadLetters, flags: Flags, ids: string[]): Promise<number> {
  return each(ids, flags, 'is due again', async (id) => {
    await letters.replay(id)
    return { id, replayed: true }
  })
}

async function discard(letters: DeadLetters, flags: Flags, ids: string[]): Promise<number> {
  const why = { reason: flags.reason!, actor: flags.actor ?? userInfo().username }
  return each(ids, flags, 'is discarded', async (id) => ({ id, discarded: await letters.discard(id, why) }))
}

/** One after the other; what is refused keeps nobody from the rest. */
async function each(
  ids: string[],
  { json }: Flags,
  done: string,
  act: (id: string) => Promise<object>,
): Promise<number> {
  const results: object[] = []
  let exitCode = 0
  for (const id of ids) {
    try {
      results.push(await act(id))
      if (!json) print(`${id} ${done}\n`)
    } catch (error) {
      if (!(error instanceof PaymentsError)) throw error
      exitCode = 1
      const { code, message } = error
      if (json) results.push({ id, error: { code, message } })
      else process.stderr.write(`${code}: ${message}\n`)
    }
  }
  return json ? print(toJson(results), exitCode) : exitCode
}

/** 1: refused · 2: not understood · 3: the database. */
function describe(error: unknown): { code?: string; message: string; exitCode: number } {
  if (error instanceof PaymentsError) return { code: error.code, message: error.message, exitCode: 1 }
  const { name, message } = error as Error
  if (error instanceof TypeError) return { message: `${message}. See ementech-payments --help.`, exitCode: 2 }
  return { code: name, message, exitCode: 3 }
}

function isKind(kind: unknown): kind is 'callback' | 'effect' {
  return kind === 'callback' || kind === 'effect'
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function print(text: string | Uint8Array, exitCode = 0): number {
  process.stdout.write(text)
  return exitCode
}
