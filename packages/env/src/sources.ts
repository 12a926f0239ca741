import { constants } from 'node:os'
import type { Layer } from './files.js'
import type { Findings } from './findings.js'

/** A function that answers with variables, now or later: the client of a vault is the user's. */
export type EnvSource = () => Promise<Readonly<Record<string, unknown>>> | Readonly<Record<string, unknown>>

/** Asks every source at once. One that fails, or is late, is a finding without the words of its error. */
export async function readSources(
  sources: Readonly<Record<string, EnvSource>>,
  timeoutMs: number,
  findings: Findings,
): Promise<Layer[]> {
  const names = Object.keys(sources)
  const answers = await Promise.allSettled(names.map((name) => within(timeoutMs, sources[name]!)))
  return answers.flatMap((answer, index) => {
    const name = names[index]!
    if (answer.status === 'fulfilled') return toLayer(name, answer.value, findings)
    findings.report(name, `is a source that did not answer: ${reason(answer.reason)}`, 'unreadable')
    return []
  })
}

async function within(timeoutMs: number, source: EnvSource): Promise<Readonly<Record<string, unknown>>> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(), { code: 'ETIMEDOUT' })), timeoutMs)
  })
  try {
    return await Promise.race([(async () => source())(), late])
  } finally {
    clearTimeout(timer)
  }
}

function toLayer(name: string, answer: unknown, findings: Findings): Layer[] {
  if (typeof answer !== 'object' || answer === null) {
    findings.report(
      name,
      'is a source that answered with something else than an object of variables',
      'unreadable',
    )
    return []
  }
  const values: Record<string, string> = {}
  for (const [key, value] of Object.entries(answer)) {
    if (typeof value === 'string') values[key] = value
    else if (typeof value === 'number' || typeof value === 'boolean') values[key] = String(value)
  }
  return [{ name, values }]
}

const resolverCodes = ['ENOTFOUND', 'EAI_AGAIN']

// Only a code of the system (ECONNREFUSED) or a status is shown: the message may quote a token.
function reason(error: unknown): string {
  const { code, status, statusCode } = (error ?? {}) as Record<string, unknown>
  if (typeof code === 'string' && (Object.hasOwn(constants.errno, code) || resolverCodes.includes(code)))
    return code
  const answer = status ?? statusCode
  return Number.isInteger(answer) && Number(answer) >= 400 && Number(answer) < 600
    ? `status ${String(answer)}`
    : 'its error is withheld'
}
