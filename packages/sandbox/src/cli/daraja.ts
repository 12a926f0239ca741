import { parseArgs } from 'node:util'
import { startSandbox, type SandboxOptions } from '../sandbox.js'
import { numberOption, run } from './run.js'

/** Where the command line tools look for a sandbox. */
export const defaultPort = 4010

/** `ementech-sandbox daraja`, or `stripe`, or `cloudinary`, which is the same: all, the control API and the pages, until a signal. */
export async function darajaCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: darajaOptions })
  const sandbox = await startSandbox(sandboxOptions(values))
  process.stdout.write(greeting(sandbox.url, sandbox.env))
  run({ url: sandbox.url, env: sandbox.env, close: sandbox.close })
}

/** The options, for `parseArgs`. */
export const darajaOptions = {
  port: { type: 'string' },
  dir: { type: 'string' },
  'time-scale': { type: 'string' },
  seed: { type: 'string' },
  'queries-per-minute': { type: 'string' },
  'smtp-port': { type: 'string' },
  'stripe-webhooks': { type: 'string' },
} as const

/** The options of the command line as those of `startSandbox`. */
export function sandboxOptions(values: {
  [name in keyof typeof darajaOptions]?: string | undefined
}): SandboxOptions {
  const queries = numberOption('queries-per-minute', values['queries-per-minute'])
  const smtpPort = numberOption('smtp-port', values['smtp-port'])
  return {
    port: numberOption('port', values.port) ?? defaultPort,
    timeScale: numberOption('time-scale', values['time-scale']) ?? 1,
    ...(values.dir !== undefined && { dir: values.dir }),
    ...(values.seed !== undefined && { seed: values.seed }),
    ...(smtpPort !== undefined && { mail: { port: smtpPort } }),
    ...(values['stripe-webhooks'] !== undefined && { stripe: { webhookUrl: values['stripe-webhooks'] } }),
    ...(queries !== undefined && {
      daraja: { spikeArrest: queries ? { stkQuery: { requests: queries, perMs: 60_000 } } : {} },
    }),
  }
}

/** What a person wants to know once it runs. */
export function greeting(url: string, env: Record<string, string>): string {
  // A certificate has lines: written as a .env file takes them.
  const written = (value: string) => (value.includes('\n') ? JSON.stringify(value.trim()) : value)
  const lines = Object.entries(env).map(([name, value]) => `  ${name}=${written(value)}`)
  return `The phone is at ${url}/ (every PIN is 1234), mail at ${url}/mail, uploads at ${url}/uploads. Ctrl-C stops the sandbox.\n\nFor the application:\n${lines.join('\n')}\n`
}
