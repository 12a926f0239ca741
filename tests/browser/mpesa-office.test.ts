import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import {
  accessible,
  fitsTheWindow,
  photograph,
  photographBoth,
  register,
  shopInBrowser,
  signIn,
  status,
  widths,
} from '../support/pages.js'
import { sandboxAt } from '../support/sandbox.js'

describe.skipIf(!chromiumPath)("M-Pesa's office in a browser", { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  it.each(widths)(
    'at $width px: a part goes to the phone that paid, then the rest; the phone, the order and a mail say so',
    async (viewport) => {
      const { customer, sandbox, phone, before, email, number } = await paidOrder(viewport)
      const { page, context, faults } = await openOffice(`/admin/orders/${number}`, viewport)
      await refund(page, '351')
      await page.getByText('This is more than there is').waitFor()
      await refund(page, '100')
      await page.getByText(/To the phone: (sent|on its way)/).waitFor()
      await page.getByText(/At most .*250/).waitFor()
      await page.getByText('To the phone: sent').waitFor()
      await accessible(page)
      await fitsTheWindow(page)
      await photographBoth(page, `office-payout-${viewport.width}`)
      expect(before - (await sandbox.balance(phone))).toBe(250_00)
      await refund(page, '250')
      await page.getByRole('status').filter({ hasText: 'Refunded' }).waitFor()
      await status(customer.page, 'Refunded')
      expect(await sandbox.balance(phone)).toBe(before)
      const mails = await sandbox.mails(email, 3)
      expect(mails.filter((subject) => subject.startsWith('Refund'))).toHaveLength(2)
      expect([...faults, ...customer.faults]).toEqual([])
      await Promise.all([context.close(), customer.context.close()])
    },
  )

  it.each(widths)(
    'at $width px: where M-Pesa gives no answer the order says that it is not known, and nothing is sent twice',
    async (viewport) => {
      const { customer, sandbox, phone, before, number } = await paidOrder(viewport)
      const { page, context, faults } = await openOffice(`/admin/orders/${number}`, viewport)
      // Now the server has a good token: the answer that is lost is that to the payout, not that to an old token.
      await refund(page, '100')
      await page.getByText('To the phone: sent').waitFor()
      await sandbox.fault({ fault: 'loseAnswer', on: 'b2c' })
      await refund(page, '250')
      await page.getByText('To the phone: being sent').waitFor()
      await page.getByText('M-Pesa has not answered yet.').waitFor()
      await page.getByRole('button', { name: 'Refund' }).first().waitFor({ state: 'detached' })
      await accessible(page)
      await fitsTheWindow(page)
      await photographBoth(page, `office-payout-unknown-${viewport.width}`)
      await page.getByRole('status').filter({ hasText: 'Refunded' }).waitFor({ timeout: 60_000 })
      expect(await sandbox.balance(phone)).toBe(before)
      expect(faults).toEqual([])
      await Promise.all([context.close(), customer.context.close()])
    },
  )

  it.each(widths)(
    'at $width px: the balance and what became of a payment are asked for, waited for, and answered or refused in words',
    async (viewport) => {
      const { customer, sandbox, number } = await paidOrder(viewport)
      const { page, context, faults } = await openOffice(`/admin/orders/${number}`, viewport)
      const paid = await page.getByText(/^M-Pesa [A-Z0-9]{10}$/).textContent()
      const receipt = paid!.split(' ')[1]!
      await page.getByRole('navigation', { name: 'Office' }).getByRole('link', { name: 'M-Pesa' }).click()
      const line = (text: string) => page.getByRole('listitem').filter({ hasText: text }).first()

      await page.getByRole('button', { name: 'Ask for the balance' }).click()
      await line('Balance').getByText('asked, waiting').waitFor()
      await photograph(page, `office-asking-${viewport.width}`)
      await line('Balance').getByText('Utility Account').waitFor()

      await ask(page, 'no receipt')
      await page.getByText(/is no M-Pesa receipt/).waitFor()
      await ask(page, ` ${receipt.toLowerCase()} `)
      await line(receipt).getByText('Completed').waitFor()
      await line(receipt).getByText(/350/).first().waitFor()
      await ask(page, 'UKQ9999999')
      await line('UKQ9999999').getByText('M-Pesa knows no such receipt').waitFor()
      await sandbox.fault({ fault: 'forceResult', on: 'accountBalance', resultCode: 21 })
      await page.getByRole('button', { name: 'Ask for the balance' }).click()
      await page.getByText('The initiator lacks the role').first().waitFor()
      await accessible(page)
      await fitsTheWindow(page)
      await photographBoth(page, `office-asked-${viewport.width}`)
      expect([...faults, ...customer.faults]).toEqual([])
      await Promise.all([context.close(), customer.context.close()])
    },
  )

  /** Beads of KES 350, paid from a phone of their own. */
  async function paidOrder(viewport: { width: number; height: number }) {
    const sandbox = sandboxAt(new URL(shop.urls.phone).origin)
    const phone = `2547122${String(++phones).padStart(5, '0')}`
    const before = await sandbox.balance(phone)
    const customer = await shop.open(viewport, '/products/shanga')
    await customer.page.getByRole('button', { name: 'Add to cart' }).click()
    await customer.page.getByRole('link', { name: /^Cart/ }).first().click()
    await customer.page.getByRole('link', { name: 'Check out' }).click()
    const email = await register(customer.page)
    await customer.page.getByRole('textbox', { name: 'M-Pesa phone number' }).fill(phone)
    await customer.page.getByRole('button', { name: 'Pay with M-Pesa' }).click()
    await status(customer.page, 'Waiting for your PIN')
    await sandbox.enterPin(phone)
    await status(customer.page, 'Paid')
    const number = new URL(customer.page.url()).pathname.split('/').at(-1)!
    return { customer, sandbox, phone, before, email, number }
  }

  async function openOffice(path: string, viewport: { width: number; height: number }) {
    const office = await shop.open(viewport, path)
    await signIn(office.page)
    await office.page.getByRole('navigation', { name: 'Office' }).waitFor()
    return office
  }
})

let phones = 0

async function refund(page: Page, amount: string) {
  const form = page.getByRole('region', { name: 'Give money back' })
  await form.getByRole('combobox', { name: 'How' }).selectOption('b2c')
  await form.getByRole('textbox', { name: 'Amount in KES' }).fill(amount)
  await form.getByRole('textbox', { name: 'Why' }).fill('A bead was missing')
  await form.getByRole('button', { name: 'Refund' }).click()
}

async function ask(page: Page, receipt: string) {
  await page.getByRole('textbox', { name: 'M-Pesa receipt' }).fill(receipt)
  await page.getByRole('button', { name: 'Ask M-Pesa' }).click()
}
