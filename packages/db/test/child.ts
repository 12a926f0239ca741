import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

type Line = Record<string, unknown>

/** A fixture running in a process of its own, and all that it has said. */
export interface Child extends AsyncDisposable {
  process: ChildProcess
  lines: Line[]
  /** The first line, past or to come, that has these values. */
  line(expected: Line): Promise<Line>
  /** Exit code, or the name of the signal that ended it. */
  exited: Promise<number | string>
}

export function startChild(options: object = {}): Child {
  const script = fileURLToPath(new URL('./fixtures/server.js', import.meta.url))
  const child = fork(script, [JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const lines: Line[] = []
  const waiting = new Set<() => void>()
  const output = createInterface({ input: child.stdout! })
  output.on('line', (text) => {
    lines.push(JSON.parse(text) as Line)
    for (const check of waiting) check()
  })
  // 'close' and not 'exit': by then everything it said has arrived.
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  return {
    process: child,
    lines,
    exited,
    line(expected) {
      return new Promise((resolve, reject) => {
        const check = (): void => {
          const found = lines.find((line) =>
            Object.entries(expected).every(([key, value]) => line[key] === value),
          )
          if (!found) return
          waiting.delete(check)
          resolve(found)
        }
        waiting.add(check)
        check()
        void exited.then((code) =>
          reject(new Error(`exited with ${code} without ${JSON.stringify(expected)}`)),
        )
      })
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** The port of a fixture that serves, once it listens. */
export async function portOf(child: Child): Promise<number> {
  return (await child.line({ listening: true }))['port'] as number
}
