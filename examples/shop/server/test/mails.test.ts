import { randomUUID } from 'node:crypto'
import { createConnection, type Connection } from 'mongoose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startSandbox, type Sandbox } from '@ementech/sandbox'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import type { Env } from '../src/env.js'
import { createMailer } from '../src/mail/mailer.js'
import { receiptLetter } from '../src/mail/receipt.js'
import { mailModel } from '../src/models/mail.js'
import { createMails } from '../src/services/mails.js'

let mongo: RunningMongo
let connection: Connection
let sandbox: Sandbox
const cleanups: (() => Promise<void>)[] = []
beforeAll(async () => {
  mongo = await startMongo({ uri: process.env.MONGODB_URI })
  connection = await createConnection(mongo.uri, { autoIndex: false }).asPromise()
  sandbox = await startSandbox()
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  await connection.dropDatabase()
  await sandbox.mail.clear()
})
afterAll(async () => {
  await connection?.close()
  await sandbox?.close()
  await mongo?.close()
})

const letter = { to: 'wanjiku@example.com', subject: 'Receipt', text: 'Asante', html: '<p>Asante</p>' }

describe('mails', () => {
  it('sends one mail for one key, however often it is added and however many workers there are', async () => {
    const { mails } = await outbox()
    const key = `receipt:${randomUUID()}`
    await Promise.all(Array.from({ length: 5 }, () => mails.add(key, letter)))
    await Promise.all(Array.from({ length: 4 }, () => mails.sendDue()))
    await mails.add(key, letter)
    await mails.sendDue()
    expect(sandbox.mail.messages()).toHaveLength(1)
  })

  it('keeps no text of a mail that was sent', async () => {
    const { Mail, mails } = await outbox()
    await mails.add('reset:1', { ...letter, text: 'https://soko.example/reset#secret' })
    await mails.sendDue()
    const kept = await Mail.findById('reset:1').lean()
    expect(kept).toMatchObject({ ending: 'sent', tries: 1 })
    expect(JSON.stringify(kept)).not.toContain('secret')
  })

  it('tries again later when nobody takes the mail, and sends it then', async () => {
    const { Mail, mails } = await outbox({ SMTP_URL: 'smtp://127.0.0.1:1' })
    await mails.add('receipt:2', letter)
    await mails.sendDue()
    const waiting = await Mail.findById('receipt:2')
    expect(waiting!.dueAt!.getTime()).toBeGreaterThan(Date.now())
    await Mail.updateOne({ _id: 'receipt:2' }, { dueAt: new Date() })
    await (await outbox()).mails.sendDue()
    expect(sandbox.mail.messages()).toHaveLength(1)
  })

  it('is sent again, under the same Message-ID, when the worker died before it could note it', async () => {
    const { Mail, mails } = await outbox()
    await mails.add('receipt:3', letter)
    await mails.sendDue()
    // What the next worker finds: the lease of the dead one has run out.
    await Mail.updateOne(
      { _id: 'receipt:3' },
      { $set: { dueAt: new Date(), text: 'Asante', html: '' }, $unset: { endedAt: 1, ending: 1 } },
    )
    await mails.sendDue()
    const [first, second] = sandbox.mail.messages()
    expect(second!.messageId).toBe('<receipt-3@soko.example>')
    expect(first!.messageId).toBe(second!.messageId)
  })

  it('does not send what has become useless', async () => {
    const { Mail, mails } = await outbox()
    await mails.add('reset:4', letter, { uselessAfter: new Date(Date.now() - 1) })
    await mails.sendDue()
    expect(sandbox.mail.messages()).toEqual([])
    expect(await Mail.findById('reset:4').lean()).toMatchObject({ ending: 'given_up' })
  })
})

describe('a receipt', () => {
  const options = {
    to: 'wanjiku@example.com',
    name: 'Wanjiku <script>',
    order: {
      id: '0123456789abcdef01234567',
      number: '7K2QWE',
      items: [{ name: "Murang'a macadamia & nuts", quantity: 2, price: { minor: 69_000, currency: 'KES' } }],
      total: { minor: 138_050, currency: 'KES' },
    },
    payment: { method: 'mpesa' as const, receipt: 'UAA1B2C3D4' },
    url: 'https://soko.example',
  }

  it.each([
    ['en', 'Receipt for order 7K2QWE', 'Paid with M-Pesa.', 'KES 1,380.50'],
    ['sw', 'Risiti ya oda 7K2QWE', 'Imelipwa kwa M-Pesa.', 'KES 1,380.50'],
  ] as const)(
    'says in %s, in text and in HTML, what was paid for what',
    (language, subject, method, total) => {
      const { text, html, ...rest } = receiptLetter({ ...options, language })
      expect(rest).toEqual({ to: options.to, subject })
      for (const part of [text, html]) {
        for (const words of ['× 2', 'KES 1,380', total, method, 'UAA1B2C3D4']) expect(part).toContain(words)
        expect(part).toContain('https://soko.example/orders/0123456789abcdef01234567')
      }
      expect(text).toContain("Murang'a macadamia & nuts")
      expect(html).toContain('Wanjiku &lt;script&gt;')
      expect(html).toContain('Murang&#39;a macadamia &amp; nuts')
    },
  )
})

async function outbox(env: Partial<Env> = {}) {
  const Mail = mailModel(connection)
  await Mail.createIndexes()
  const mailer = createMailer(
    {
      APP_URL: 'https://soko.example',
      EMAIL_FROM: 'Soko <orders@soko.example>',
      EMAIL_SERVICE: 'smtp',
      SMTP_URL: sandbox.env.SMTP_URL,
      ...env,
    } as Env,
    { info() {} },
  )
  cleanups.push(mailer.close)
  return { Mail, mails: createMails({ Mail, mailer, logger: { warn() {} } }) }
}
