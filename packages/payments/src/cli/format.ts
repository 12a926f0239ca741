import type { DeadLetterDetails, ListedDeadLetter } from '../dead-letters.js'

/** A table of dead letters, a line each. */
export function formatList(letters: readonly ListedDeadLetter[]): string {
  if (letters.length === 0) return 'no dead letters\n'
  const rows = letters.map(({ kind, id, attempts, diedAt, error }) => {
    return [diedAt.toISOString(), kind, String(attempts), id, error]
  })
  return table([['DIED', 'KIND', 'ATTEMPTS', 'ID', 'ERROR'], ...rows])
}

/** Everything about one callback or effect, a fact a line. */
export function formatDetails(details: DeadLetterDetails): string {
  const { kind, id, paymentId, attemptId, provider, state, attempts, errors, diedAt, discarded } = details
  const { type, callback } = details
  const facts: [string, string | undefined][] = [
    ['kind', kind],
    ['id', id],
    ['state', state],
    ['payment', `${paymentId}, attempt ${attemptId}, ${provider}`],
    ['told', type],
    ['received', callback && `${callback.receivedAt.toISOString()}, ${callback.deliveries} times`],
    ['verified by', callback?.verifiedBy],
    ['attempts', String(attempts)],
    ['died', diedAt?.toISOString()],
    ['discarded', discarded && `${discarded.at.toISOString()} by ${discarded.actor}: ${discarded.reason}`],
    ...errors.map(({ at, message }): [string, string] => ['error', `${at.toISOString()} ${message}`]),
    ['body', callback && `${callback.bytes} bytes, SHA-256 ${callback.sha256}`],
  ]
  const lines = table(facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
  return callback ? `${lines}\n${printable(JSON.stringify(callback.body, null, 2))}\n` : lines
}

/** Columns as wide as their widest cell; the last one as long as it is. */
function table(cells: readonly string[][]): string {
  const rows = cells.map((row) => row.map(oneLine))
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' '))
}

/** Strangers write into callbacks; none of it is to steer the terminal. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, '\uFFFD')
}
