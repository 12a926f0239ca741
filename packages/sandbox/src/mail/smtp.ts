import { SMTPServer } from 'smtp-server'
import { SandboxError } from '../errors.js'
import type { Logger } from '../logger.js'

/** Largest mail, in bytes; the limit is announced (RFC 1870). */
const maxBytes = 10 * 1024 * 1024

/** The SMTP side: takes every mail, from anybody, for anybody. */
export interface Smtp {
  port: number
  close(): Promise<void>
}

/**
 * Listens on the loopback interface. A mail is acknowledged once `receive` has resolved; if it rejects, the sender is
 * told to try again. Any credentials are right, and none are needed.
 *
 * @throws SandboxError SANDBOX_PORT_TAKEN
 */
export async function startSmtp({
  port,
  receive,
  logger,
}: {
  port: number
  receive: (raw: Buffer, recipients: string[]) => Promise<void>
  logger: Logger
}): Promise<Smtp> {
  const server = new SMTPServer({
    size: maxBytes,
    banner: 'Ementech sandbox',
    disableReverseLookup: true,
    // There is no certificate here that a client would believe in.
    hideSTARTTLS: true,
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(null, { user: 'anyone' }),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.once('error', done)
      stream.once('end', () => {
        if (stream.sizeExceeded) return done(refusal(552, `The sandbox takes ${maxBytes} bytes at most.`))
        const recipients = session.envelope.rcptTo.map(({ address }) => address)
        receive(Buffer.concat(chunks), recipients).then(
          () => done(null, 'Kept for reading.'),
          () => done(refusal(451, 'The sandbox could not keep it.')),
        )
      })
    },
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(isTaken(error) ? taken(port, error) : error),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  // A connection that breaks off is its client's affair.
  server.on('error', (error: Error) => logger.warn('SMTP connection failed', { code: codeOf(error) }))
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

function codeOf(error: Error): unknown {
  return (error as NodeJS.ErrnoException).code
}

function isTaken(error: Error): boolean {
  return codeOf(error) === 'EADDRINUSE'
}

function taken(port: number, cause: Error): SandboxError {
  return new SandboxError(
    'SANDBOX_PORT_TAKEN',
    `Port ${port} is taken. Stop what listens there, or choose another port.`,
    { cause },
  )
}
