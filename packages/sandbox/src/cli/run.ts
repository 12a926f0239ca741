/** Tells the parent process, if there is one, that all is ready; stops on a signal, or when the parent is gone. */
export function run({ url, env, close }: { url: string; env: object; close: () => Promise<void> }): void {
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  if (!process.send) return
  process.once('disconnect', stop)
  process.send({ type: 'ready', url, env })
}

/** Reads an option that is a number. @throws TypeError */
export function numberOption(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (value.trim() === '' || !Number.isFinite(number) || number < 0) {
    throw new TypeError(`--${name} must be a number of 0 or more, not "${value}".`)
  }
  return number
}
