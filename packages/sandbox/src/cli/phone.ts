import { parseArgs } from 'node:util'
import { ksh } from '../daraja/formats.js'
import type { PhoneView, Prompt } from '../daraja/phone.js'
import { SandboxError } from '../errors.js'
import { defaultPort } from './daraja.js'

/** How long the tool waits for a prompt, in real time. */
const waitMs = 60_000

/** `ementech-sandbox phone`: a phone of a sandbox that runs. */
export async function phoneCommand(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, options: phoneOptions, allowPositionals: true })
  const [action, pin] = positionals
  const phone = remotePhone(values.url, values.msisdn)
  switch (action) {
    case undefined:
      return show(await phone.view())
    case 'pin':
      if (!pin) throw new TypeError('Write the PIN: ementech-sandbox phone pin 1234.')
      print((await phone.prompt()).text)
      return show(await phone.act('pin', { pin }))
    case 'cancel':
      print((await phone.prompt()).text)
      return show(await phone.act('cancel'))
    case 'on':
    case 'off':
    case 'unlock':
      return show(await phone.act(action))
    default:
      throw new TypeError(`A phone cannot do "${action}".`)
  }
}

const phoneOptions = {
  msisdn: { type: 'string', default: '254708374149' },
  url: { type: 'string', default: `http://127.0.0.1:${defaultPort}` },
} as const

function remotePhone(url: string, msisdn: string) {
  const path = `/_sandbox/phones/${encodeURIComponent(msisdn)}`
  return {
    view: () => ask<PhoneView>(url, path),
    prompt: () => ask<Prompt>(url, `${path}/prompt?waitMs=${waitMs}`),
    act: (action: string, body: object = {}) => ask<PhoneView>(url, `${path}/${action}`, body),
  }
}

/** One request to the control API: a GET, or with a body a POST. */
async function ask<T>(url: string, path: string, body?: object): Promise<T> {
  const request =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(new URL(path, url), request).catch((cause: unknown) => {
    throw new SandboxError(
      'SANDBOX_UNREACHABLE',
      `No sandbox answers at ${url}. Start one with "ementech-sandbox", or name another with --url.`,
      { cause },
    )
  })
  const answer = (await response.json()) as T & { detail?: string }
  if (!response.ok)
    throw new SandboxError('SANDBOX_REQUEST_INVALID', answer.detail ?? `Status ${response.status}`)
  return answer
}

function show({ msisdn, name, isOn, isLocked, balanceCents, prompt, messages }: PhoneView): void {
  const state = isOn ? (isLocked ? 'on, PIN locked' : 'on') : 'off'
  print(`${name}, ${msisdn} (${state}), M-PESA balance ${ksh(balanceCents)}`)
  if (prompt) print(prompt.text)
  const last = messages.at(-1)
  if (last) print(last.text)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
