import type { Letter, Mailer } from '../mail/mailer.js'
import type { mailModel } from '../models/mail.js'
import { isDuplicate } from '../mongo.js'

interface MailsOptions {
  Mail: ReturnType<typeof mailModel>
  mailer: Mailer
  logger: Pick<Console, 'warn'>
  /** For how long nobody else tries what one worker is sending. */
  leaseMs?: number
}

const giveUpAfterTries = 12

/**
 * An outbox: a mail is stored with what made it necessary, and sent by a worker. One key is one mail, however often it
 * is added. It is sent at least once: a worker that dies between the server's "taken" and our note of it sends it
 * again, under the same Message-ID.
 */
export function createMails({ Mail, mailer, logger, leaseMs = 60_000 }: MailsOptions) {
  return {
    /** Resolves once it is stored. A key that was there already changes nothing. */
    async add(key: string, letter: Letter, { uselessAfter }: { uselessAfter?: Date } = {}): Promise<void> {
      try {
        await Mail.create({ _id: key, ...letter, dueAt: new Date(), ...(uselessAfter && { uselessAfter }) })
      } catch (error) {
        if (!isDuplicate(error)) throw error
      }
    },

    /** Sends what is due, one after the other. Any number of workers may do so at once. */
    async sendDue(): Promise<void> {
      for (let sent = true; sent;) sent = await sendNext()
    },
  }

  async function sendNext(): Promise<boolean> {
    const now = new Date()
    const mail = await Mail.findOneAndUpdate(
      { dueAt: { $lte: now } },
      { $set: { dueAt: new Date(now.getTime() + leaseMs) }, $inc: { tries: 1 } },
      { sort: { dueAt: 1 }, returnDocument: 'after' },
    )
    if (!mail) return false
    const { _id: key, to, subject, text, html, tries } = mail
    if (mail.uselessAfter && mail.uselessAfter < now) await end(key, tries, 'given_up')
    else {
      try {
        await mailer.send(key, { to, subject, text: text!, html: html! })
        await end(key, tries, 'sent')
      } catch (error) {
        logger.warn('a mail could not be sent', { key, tries, err: error })
        if (tries >= giveUpAfterTries) await end(key, tries, 'given_up')
        else await tryAgain(key, tries)
      }
    }
    return true
  }

  /** Only the try that is under way may end it: one that was overtaken has nothing to say any more. */
  function end(key: string, tries: number, ending: 'sent' | 'given_up') {
    return Mail.updateOne(
      { _id: key, tries },
      { $set: { ending, endedAt: new Date() }, $unset: { dueAt: 1, text: 1, html: 1 } },
    )
  }

  /** After 2, 4, 8 … seconds, an hour at most. */
  function tryAgain(key: string, tries: number) {
    const waitMs = Math.min(1000 * 2 ** tries, 60 * 60_000)
    return Mail.updateOne({ _id: key, tries }, { $set: { dueAt: new Date(Date.now() + waitMs) } })
  }
}

export type Mails = ReturnType<typeof createMails>
