import { catalogOf, type CatalogEntry } from '../catalog.js'
import type { EnvShape } from '../rules.js'

/** A Markdown table of the variables. */
export function renderDocs(schema: EnvShape): string {
  const rows = catalogOf(schema).map((entry) => [
    `\`${entry.name}\``,
    entry.format,
    needOf(entry),
    meaningOf(entry),
  ])
  const table = [['Variable', 'Form', 'Needed', 'Meaning'], ['---', '---', '---', '---'], ...rows]
  return table.map((cells) => `| ${cells.map(escape).join(' | ')} |`).join('\n') + '\n'
}

function needOf({ need, defaultText }: CatalogEntry): string {
  return defaultText === undefined ? need : `default \`${defaultText}\``
}

function meaningOf({ description, secret, example }: CatalogEntry): string {
  const parts = [secret ? `**Secret.** ${description}` : description, example && `For example \`${example}\``]
  return parts.filter(Boolean).join('. ')
}

function escape(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')
}
