/** Puts colour around text, or leaves it. */
export type Paint = Record<'red' | 'yellow' | 'green' | 'bold', (text: string) => string>

const codes = { red: 31, yellow: 33, green: 32, bold: 1 }

/** Colours for a terminal; none for a pipe or a file, nor where NO_COLOR is set (no-color.org). */
export function createPaint(stream: { isTTY?: boolean | undefined }, noColor: string | undefined): Paint {
  const enabled = stream.isTTY === true && !noColor
  const paint = (code: number) => (text: string) => (enabled ? `\u001b[${code}m${text}\u001b[0m` : text)
  return {
    red: paint(codes.red),
    yellow: paint(codes.yellow),
    green: paint(codes.green),
    bold: paint(codes.bold),
  }
}
