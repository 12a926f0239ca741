#!/usr/bin/env node
import { allCommand } from './cli/all.js'
import { darajaCommand } from './cli/daraja.js'
import { help } from './cli/help.js'
import { phoneCommand } from './cli/phone.js'
import { SandboxError } from './errors.js'
import { mongoCommand } from './mongo-cli.js'

const commands: Record<string, (args: string[]) => Promise<void>> = {
  all: allCommand,
  cloudinary: darajaCommand,
  daraja: darajaCommand,
  mongo: mongoCommand,
  phone: phoneCommand,
  stripe: darajaCommand,
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = isUsage(error) ? 2 : 1
  // A parent that waits for the ready message learns at once that there will be none.
  if (process.connected) process.disconnect()
})

async function main(args: string[]): Promise<void> {
  const [name = 'all', ...rest] = args[0]?.startsWith('-') ? ['all', ...args] : args
  if (name === 'help' || rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(help)
    return
  }
  if (!Object.hasOwn(commands, name)) throw new TypeError(`There is no command "${name}".`)
  await commands[name]?.(rest)
}

function messageOf(error: unknown): string {
  if (error instanceof SandboxError) return error.message
  if (isUsage(error)) return `${error.message}\n\nementech-sandbox --help shows what there is.`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** A wrong option, found by us or by parseArgs: worth a hint, not a stack. */
function isUsage(error: unknown): error is TypeError {
  return error instanceof TypeError
}
