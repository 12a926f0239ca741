import { formatOf } from './fields/field.js'
import { bundlesOf, type EnvShape } from './rules.js'
import { declaredVariables, defaultOf, isOptional, type Variable } from './variable.js'

/** What the documentation says of one variable. */
export interface CatalogEntry {
  readonly name: string
  /** The preset that it came from, or "Application"; empty for APP_ENV. */
  readonly title: string
  readonly description: string
  readonly format: string
  readonly secret: boolean
  readonly need: 'required' | 'required in staging and production' | 'optional' | 'has a default'
  /** The default as it would stand in a file; never that of a secret. */
  readonly defaultText: string | undefined
  readonly example: string | undefined
  /** How to come by the value. */
  readonly remedy: string | undefined
}

/** Every variable of a schema, in its order, for `.env.example` and the docs. */
export function catalogOf(schema: EnvShape): CatalogEntry[] {
  const titles = new Map<string, string>()
  for (const { names, title } of bundlesOf(schema))
    if (title) for (const name of names) titles.set(name, title)
  return declaredVariables('schema', schema).map((variable) => {
    const { name, description = '', secret, example, mark } = variable
    const defaultText = secret ? undefined : writeDefault(variable)
    return {
      name,
      title: titles.get(name) ?? (name === 'APP_ENV' ? '' : 'Application'),
      description,
      format: formatOf(variable.schema),
      secret,
      need: needOf(variable, defaultText),
      defaultText,
      example,
      remedy: mark.remedy,
    }
  })
}

function needOf(variable: Variable, defaultText: string | undefined): CatalogEntry['need'] {
  if (defaultText !== undefined) return 'has a default'
  if (isOptional(variable)) return 'optional'
  const relaxed = variable.developmentDefault !== undefined || variable.name === 'APP_ENV'
  return relaxed ? 'required in staging and production' : 'required'
}

function writeDefault(variable: Variable): string | undefined {
  const value = defaultOf(variable)
  if (value === undefined) return undefined
  return variable.mark.write?.(value) ?? (typeof value === 'object' ? undefined : String(value))
}
