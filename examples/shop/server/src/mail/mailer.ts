import { createTransport } from 'nodemailer'
import type { Env } from '../env.js'

/** One mail, ready to go. */
export interface Letter {
  to: string
  subject: string
  text: string
  html: string
}

/** Hands mails to whoever delivers them; `send` resolves once that is taken over. */
export function createMailer(env: Env, logger: Pick<Console, 'info'>) {
  // Each of these is shorter than the lease of a mail (see services/mails.ts), all together too.
  const timeouts = { connectionTimeout: 10_000, greetingTimeout: 5_000, socketTimeout: 15_000 }
  const transport = {
    smtp: () => createTransport({ url: env.SMTP_URL!, pool: true, maxConnections: 2, ...timeouts }),
    sendgrid: () =>
      createTransport({
        ...{ service: 'SendGrid', auth: { user: 'apikey', pass: env.EMAIL_API_KEY! }, pool: true },
        ...timeouts,
      }),
    console: () => createTransport({ jsonTransport: true }),
  }[env.EMAIL_SERVICE]()

  return {
    /** The same `key` gives the same Message-ID: a mailbox that gets it twice can tell. */
    async send(key: string, letter: Letter): Promise<void> {
      const messageId = `<${key.replace(/[^\w.-]/g, '-')}@${new URL(env.APP_URL).hostname}>`
      await transport.sendMail({ from: env.EMAIL_FROM, messageId, ...letter })
      // A mail holds links that are as good as a password: only where it goes nowhere else is it printed.
      if (env.EMAIL_SERVICE === 'console') logger.info(`${letter.subject}\n\n${letter.text}`)
    },

    async close(): Promise<void> {
      transport.close()
    },
  }
}

export type Mailer = ReturnType<typeof createMailer>
