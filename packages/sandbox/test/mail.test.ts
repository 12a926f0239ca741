import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport, type SendMailOptions } from 'nodemailer'
import { chromium } from 'playwright-core'
import { expect, it, onTestFinished } from 'vitest'
import { startSandbox, type Sandbox } from '../src/index.js'
import { startCli } from './process.js'
import { clientOf, sandboxFor } from './support.js'

const receipt = {
  from: 'Soko <orders@soko.example>',
  to: 'Wanjikũ <Wanjiku@example.com>',
  subject: 'Receipt for order 7K2 · asante',
  messageId: '<receipt-7K2@soko.example>',
  text: 'Asante! Jumla: KES 950',
  html: '<!doctype html><html><head><title>Receipt</title></head><body><p>Asante!</p><a href="/orders/7">Order</a></body></html>',
} satisfies SendMailOptions

function send(sandbox: Pick<Sandbox, 'env'>, mail: SendMailOptions = receipt) {
  const transport = createTransport(sandbox.env.SMTP_URL)
  onTestFinished(() => transport.close())
  return transport.sendMail(mail)
}

it('takes a mail from nodemailer by SMTP_URL alone, and shows every part of it', async () => {
  const sandbox = await sandboxFor({ startMs: 1_770_000_000_000 })
  await send(sandbox, { ...receipt, bcc: 'books@soko.example' })
  expect(sandbox.mail.messages()).toEqual([
    {
      id: 1,
      atMs: 1_770_000_000_000,
      recipients: ['Wanjiku@example.com', 'books@soko.example'],
      from: 'Soko <orders@soko.example>',
      to: ['Wanjikũ <Wanjiku@example.com>'],
      subject: 'Receipt for order 7K2 · asante',
      messageId: '<receipt-7K2@soko.example>',
      text: expect.stringMatching(/^Asante! Jumla: KES 950\n?$/) as string,
      html: expect.stringContaining('<a href="/orders/7">') as string,
      attachments: [],
    },
  ])
})

it('takes any credentials, and attachments, of which it keeps name and size', async () => {
  const sandbox = await sandboxFor()
  const url = new URL(sandbox.env.SMTP_URL)
  const env = { ...sandbox.env, SMTP_URL: `smtp://apikey:${encodeURIComponent('a/b c')}@${url.host}` }
  await send({ env }, { ...receipt, attachments: [{ filename: 'order.csv', content: 'a,b\n1,2\n' }] })
  expect(sandbox.mail.messages()[0]!.attachments).toEqual([
    { filename: 'order.csv', mimeType: 'text/csv', bytes: 8 },
  ])
})

it('finds mails by recipient and subject, and waits for one that is still to come', async () => {
  const sandbox = await sandboxFor()
  const coming = sandbox.mail.waitFor({ to: 'OTIENO@example.com', subject: /^Reset/ })
  await send(sandbox)
  await send(sandbox, { ...receipt, to: 'otieno@example.com' })
  await send(sandbox, { ...receipt, to: 'otieno@example.com', subject: 'Reset your password' })
  expect(await coming).toMatchObject({ id: 3 })
  expect(sandbox.mail.messages({ to: 'otieno@example.com' }).map(({ id }) => id)).toEqual([2, 3])
  expect(sandbox.mail.messages({ subject: '7K2' }).map(({ id }) => id)).toEqual([1, 2])
  expect(await sandbox.mail.waitFor({ to: 'nobody@example.com' }, { timeoutMs: 1 })).toBeNull()
  await sandbox.mail.clear()
  expect(sandbox.mail.messages()).toEqual([])
  expect(() => sandbox.mail.messages({ form: 'x' } as never)).toThrow('Did you mean')
})

it('refuses what is larger than it announces, and takes the next', async () => {
  const sandbox = await sandboxFor()
  const huge = { ...receipt, text: 'x'.repeat(11 * 1024 * 1024) }
  await expect(send(sandbox, huge)).rejects.toMatchObject({ responseCode: 552 })
  await send(sandbox)
  expect(sandbox.mail.messages()).toHaveLength(1)
})

it('has the mails again after a restart, with the numbers going on', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ementech-mail-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const first = await startCli('daraja', '--port', '0', '--dir', dir)
  await send({ env: first.env as Sandbox['env'] })
  await first.kill('SIGKILL')
  const second = await startSandbox({ dir })
  onTestFinished(() => second.close())
  await send(second)
  expect(second.mail.messages().map(({ id }) => id)).toEqual([1, 2])
})

it('answers the same over the control API', async () => {
  const sandbox = await sandboxFor()
  await send(sandbox)
  const { control } = clientOf(sandbox)
  const list = JSON.parse((await control('GET', '/mail?to=wanjiku@example.com')).text) as unknown[]
  expect(list).toEqual(sandbox.mail.messages())
  expect((await control('GET', '/mail/1')).json).toMatchObject({ subject: receipt.subject })
  expect((await control('GET', '/mail/2')).status).toBe(404)
  expect((await control('DELETE', '/mail')).status).toBe(204)
  expect(sandbox.mail.messages()).toEqual([])
})

it("shows a mail's HTML so that nothing in it runs, loads or reaches the page around it", async () => {
  const sandbox = await sandboxFor()
  const elsewhere = await countingServer()
  const evil = `<p>Hello</p>
    <script>parent.document.title = 'owned'; fetch('/_sandbox/mail', { method: 'DELETE' })</script>
    <img src="${elsewhere.url}/tracked" onerror="parent.document.title = 'owned'">
    <meta http-equiv="refresh" content="0;url=${elsewhere.url}/moved">
    <a href="${sandbox.url}/_sandbox/clock">Reset</a>`
  await send(sandbox, { ...receipt, html: evil })
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  })
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  await page.goto(`${sandbox.url}/mail`)
  await page.getByRole('link', { name: /Receipt for order/ }).click()
  const frame = page.frameLocator('iframe')
  await frame.getByText('Hello').waitFor()
  const opened = page.waitForEvent('popup')
  await frame.getByRole('link', { name: 'Reset' }).click()
  expect((await opened).url()).toContain('/_sandbox/clock')
  expect(await page.title()).not.toContain('owned')
  expect(elsewhere.requests()).toBe(0)
  expect(sandbox.mail.messages()).toHaveLength(1)

  await page.getByRole('button', { name: 'Plain text' }).click()
  expect(await page.getByLabel('Plain text', { exact: true }).innerText()).toContain('Asante! Jumla')
})

/** A server that only counts who comes. */
async function countingServer() {
  let requests = 0
  const server = createServer((_req, res) => {
    requests++
    res.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
  }
}
