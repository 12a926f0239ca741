import type { Clock } from '../clock.js'
import type { Store } from '../daraja/store.js'
import type { Logger } from '../logger.js'
import { assertKnownKeys } from '../options.js'
import { readMessage, type MailMessage } from './message.js'
import { startSmtp, type Smtp } from './smtp.js'

/** Which mails are meant; what is not named does not matter. */
export interface MailFilter {
  /** An envelope recipient, in any case. */
  to?: string
  /** A part of the subject, or a pattern. */
  subject?: string | RegExp
}

/** Every mail that an application has sent, to look into. Every answer is a copy. */
export interface MailSandbox {
  /** The newest last. The last 500 are kept. */
  messages(filter?: MailFilter): MailMessage[]
  /** Waits for a mail, in real time; one that is there already counts. Resolves to null if none comes. */
  waitFor(filter: MailFilter, options?: { timeoutMs?: number }): Promise<MailMessage | null>
  /** Throws all mails away. */
  clear(): Promise<void>
}

/** Creates the mailbox. It takes mails once `start()` has resolved. */
export function createMail({ clock, store, logger }: { clock: Clock; store: Store; logger: Logger }) {
  let smtp: Smtp | undefined

  async function receive(raw: Buffer, recipients: string[]): Promise<void> {
    const read = await readMessage(raw, { id: 0, atMs: clock.now(), recipients })
    store.commit({ type: 'mailReceived', message: { ...read, id: store.state.mailCount + 1 } })
    await store.saved()
  }

  function messages(filter: MailFilter = {}): MailMessage[] {
    const matches = matcher(filter)
    return structuredClone(store.state.mail.filter(matches))
  }

  const mail: MailSandbox = {
    messages,
    waitFor(filter, { timeoutMs = 10_000 } = {}) {
      return new Promise((resolve) => {
        const look = () => {
          const [found] = messages(filter).slice(-1)
          if (found) settle(found)
        }
        const forget = store.onChange(look)
        const timer = setTimeout(() => settle(null), timeoutMs)
        const settle = (found: MailMessage | null) => {
          clearTimeout(timer)
          forget()
          resolve(found)
        }
        look()
      })
    },
    async clear() {
      store.commit({ type: 'mailCleared' })
      await store.saved()
    },
  }

  return {
    mail,
    /** Resolves to the port that it listens on. */
    async start(port: number): Promise<number> {
      smtp = await startSmtp({ port, receive, logger })
      return smtp.port
    },
    stop: () => smtp?.close(),
  }
}

function matcher(filter: MailFilter): (message: MailMessage) => boolean {
  assertKnownKeys('sandbox.mail', filter, ['to', 'subject'])
  const to = filter.to?.toLowerCase()
  const { subject } = filter
  return (message) =>
    (to === undefined || message.recipients.some((address) => address.toLowerCase() === to)) &&
    (subject === undefined ||
      (typeof subject === 'string' ? message.subject.includes(subject) : subject.test(message.subject)))
}
