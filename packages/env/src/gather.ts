import { readGuarded, type Layer } from './files.js'
import type { Findings } from './findings.js'
import type { Bundle } from './rules.js'
import { isRelaxed, type Stage } from './stage.js'
import type { Variable } from './variable.js'

/** The text of a variable and where it was found. */
export interface Found {
  /** Undefined if it is unset. */
  readonly text: string | undefined
  readonly source: string
}

/** What {@link gather} needs of a reading. */
export interface GatherInput {
  readonly variables: readonly Variable[]
  readonly bundles: readonly Bundle[]
  readonly stage: Stage
  readonly stageSource: string
  readonly findings: Findings
}

/**
 * Finds the text of every variable: the strongest layer that sets it, else the file named by `NAME_FILE`, else what a
 * preset derives from another variable, else the development default. The empty string is unset everywhere. The answer
 * is in the order of the variables.
 */
export function gather(
  { variables, bundles, stage, stageSource, findings }: GatherInput,
  layers: readonly Layer[],
): Found[] {
  const withFiles = layers.filter(({ values }) => hasFileName(values))
  const found = variables.map(({ name, fileName }): Found => {
    const own = name === 'APP_ENV' ? { text: stage, source: stageSource } : lookUp(layers, name)
    const pointer = lookUp(withFiles, fileName)
    // Where NAME_FILE is declared, it is a variable of its own.
    if (pointer === unset || variables.some((other) => other.name === fileName)) return own
    if (own === unset) return readSecretFile(fileName, pointer.text!, findings)
    findings.report(name, `and ${fileName} are both set: keep one`, 'conflict')
    return own
  })
  for (const { prepare, names } of bundles) {
    const indexOf = (name: string) => variables.findIndex((variable) => variable.name === name)
    prepare?.((name) => found[indexOf(name)]?.text ?? lookUp(layers, name).text, {
      derive(name, text, source) {
        if (names.includes(name) && indexOf(name) >= 0) found[indexOf(name)] = { text, source }
      },
      report: (name, message, code = 'conflict') => findings.report(name, message, code),
      warn: (name, message, code = 'deprecated') => findings.warn(name, message, code),
    })
  }
  if (!isRelaxed(stage)) return found
  return found.map((own, index) => {
    const text = variables[index]!.developmentDefault
    return own === unset && text !== undefined ? { text, source: 'development default' } : own
  })
}

const unset: Found = { text: undefined, source: 'unset' }

function lookUp(layers: readonly Layer[], name: string): Found {
  for (const { name: source, values } of layers) {
    const text: unknown = values[name]
    if (typeof text === 'string' && text !== '') return { text, source }
  }
  return unset
}

function hasFileName(values: object): boolean {
  for (const name in values) if (name.endsWith('_FILE')) return true
  return false
}

// Docker and systemd hand secrets over as files, which end in a line feed that is not part of them.
function readSecretFile(fileName: string, path: string, findings: Findings): Found {
  const text = readGuarded(path, fileName, true, findings)?.replace(/\r?\n$/, '')
  return text ? { text, source: fileName } : unset
}
