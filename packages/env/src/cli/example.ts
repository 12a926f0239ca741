import { catalogOf, type CatalogEntry } from '../catalog.js'
import type { EnvShape } from '../rules.js'

const header = `# The variables of this application. Copy this file to .env and fill it in; never commit the copy.
# Made from the schema by "ementech-env example". An empty value counts as unset.
`

/**
 * The text of `.env.example`. Comments have lines of their own, because systemd and docker take one behind a value for
 * a part of it; and no secret has a value, so that a copy does not start with one that everybody knows.
 */
export function renderExample(schema: EnvShape): string {
  const groups = groupByTitle(catalogOf(schema))
  return [header, ...[...groups].flatMap(([title, entries]) => renderGroup(title, entries))].join('\n') + '\n'
}

function renderGroup(title: string, entries: readonly CatalogEntry[]): string[] {
  return [
    ...(title ? [`# ${title} ${'-'.repeat(Math.max(3, 70 - title.length))}\n`] : []),
    ...entries.map(renderEntry),
  ]
}

function renderEntry({
  name,
  description,
  format,
  secret,
  need,
  defaultText,
  example,
  remedy,
}: CatalogEntry): string {
  const lines = [
    description && `# ${description}`,
    `# ${secret ? 'secret, ' : ''}${need === 'has a default' ? 'optional' : need}: ${format}`,
    secret && remedy && `# ${remedy}`,
    example && `# for example ${example}`,
    need === 'optional' || need === 'has a default' ? `# ${name}=${quote(defaultText ?? '')}` : `${name}=`,
  ]
  return lines.filter(Boolean).join('\n') + '\n'
}

// Quotes keep a space or a # in the value, for every reader of such files.
function quote(text: string): string {
  return /[\s#'"\\$`]/.test(text) ? `"${text}"` : text
}

function groupByTitle(entries: readonly CatalogEntry[]): Map<string, CatalogEntry[]> {
  const groups = new Map<string, CatalogEntry[]>()
  for (const entry of entries) groups.set(entry.title, [...(groups.get(entry.title) ?? []), entry])
  return groups
}
