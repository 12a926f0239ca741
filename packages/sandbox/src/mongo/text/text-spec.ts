import { document, isDoc, isNumeric, toNumber, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'

/** What a text index is declared as. The language is always `none`: words are compared as they are written. */
export interface TextSpec {
  /** The indexed fields and how much each counts, by name. */
  weights: readonly (readonly [path: string, weight: number])[]
  /** The field by which a document names a language of its own. */
  languageOverride: string
}

/** How `listIndexes` shows the key of a text index, whatever its fields. */
const normalizedKey: Doc = new Map<string, Value>([
  ['_fts', 'text'],
  ['_ftsx', 1],
])

/** The options that only text indexes have. */
export const textOptions = ['weights', 'default_language', 'language_override', 'textIndexVersion']

/** Whether the key is that of a text index, as given or as `listIndexes` shows it. */
export function isTextKey(key: Doc): boolean {
  return [...key.values()].includes('text')
}

/**
 * Reads the part of a specification that is about text. Languages have stop words and stems that this server does not
 * know, so it takes `none` alone and refuses every other one.
 */
export function parseTextSpec(source: Doc, key: Doc): TextSpec {
  const language = source.get('default_language')
  if (language !== 'none') {
    throw refusal(
      `text indexes of this server know default_language 'none' only, not ${typeof language === 'string' ? `'${language}'` : "the default, 'english'"}`,
    )
  }
  const override = source.get('language_override') ?? 'language'
  if (typeof override !== 'string' || override === '') throw refusal('language_override must be a string')
  const version = source.get('textIndexVersion')
  if (version !== undefined && !(isNumeric(version) && toNumber(version) === 3)) {
    throw refusal('this server has textIndexVersion 3 only')
  }
  const weights = parseWeights(source.get('weights'))
  const isNormalized = key.get('_fts') === 'text'
  const paths = isNormalized ? [...weights.keys()] : [...key.keys()]
  if (!isNormalized && [...key.values()].some((kind) => kind !== 'text')) {
    throw refusal('text indexes of this server have text fields only, no others before or behind')
  }
  for (const path of [...paths, ...weights.keys()]) {
    if (path === '$**' || path.includes('.') || path === '') {
      throw refusal(`text indexes of this server are over plain top level fields, not '${path}'`)
    }
    if (!paths.includes(path)) throw refusal(`weights name '${path}', which is not in the key`)
  }
  return {
    weights: [...new Set(paths)].sort().map((path) => [path, weights.get(path) ?? 1] as const),
    languageOverride: override,
  }
}

/** Its part of the specification as `listIndexes` shows it. */
export function describeTextSpec({ weights, languageOverride }: TextSpec): Doc {
  return document({
    key: normalizedKey,
    weights: new Map<string, Value>(weights.map(([path, weight]) => [path, weight])),
    default_language: 'none',
    language_override: languageOverride,
    textIndexVersion: 3,
  })
}

/** Refuses a document that names a language of its own: its words would have to be stemmed. */
export function assertNoLanguage({ languageOverride }: TextSpec, doc: Doc): void {
  const language = doc.get(languageOverride)
  if (language === undefined || language === 'none') return
  const named = typeof language === 'string' ? language : 'which is no string'
  throw new CommandError(17262, `language override unsupported: ${named}`)
}

function parseWeights(source: Value | undefined): Map<string, number> {
  if (source === undefined) return new Map()
  if (!isDoc(source)) throw refusal('weights must be an object')
  return new Map(
    [...source].map(([path, value]) => {
      const weight = isNumeric(value) ? toNumber(value) : NaN
      if (!Number.isInteger(weight) || weight < 1 || weight > 99_999) {
        throw refusal('weights must be whole numbers from 1 to 99999')
      }
      return [path, weight]
    }),
  )
}

function refusal(message: string): CommandError {
  return new CommandError('CannotCreateIndex', message)
}
