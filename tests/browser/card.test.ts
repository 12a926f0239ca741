import { MongoClient } from 'mongodb'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import {
  accessible,
  fitsTheWindow,
  photograph,
  register,
  shopInBrowser,
  signIn,
  status,
  widths,
  type Visit,
} from '../support/pages.js'

describe.skipIf(!chromiumPath)('cards and the office in a browser', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  it.each(widths)(
    'at $width px: a declined card, then another one pays, and the receipt comes by mail',
    async (viewport) => {
      const { page, context, faults } = await shop.open(viewport, '/products/asali')
      const email = await toThePayment(page)
      await page.getByRole('radio', { name: 'Card' }).check()
      await accessible(page)
      await fitsTheWindow(page)
      await photograph(page, `pay-by-card-${viewport.width}`)
      await page.getByRole('button', { name: 'Pay by card' }).click()

      await enterCard(page, '4000 0000 0000 0002')
      await page
        .getByRole('alert')
        .filter({ hasText: /declined/i })
        .waitFor()
      await enterCard(page, '4242 4242 4242 4242')
      await page.waitForURL(/\/orders\//)
      await status(page, 'Paid')
      await accessible(page)
      await photograph(page, `paid-by-card-${viewport.width}`)
      expect(faults).toEqual([])
      await context.close()

      const mail = await shop.openMail(email, 'Receipt for order')
      await mail.page.frameLocator('iframe').getByText('Paid by card.').waitFor()
      await mail.context.close()
    },
  )

  it('lets a customer who leaves the card page go back to it, or pay with M-Pesa instead', async () => {
    const { page, context, faults } = await shop.open(widths[1]!, '/products/asali')
    await toThePayment(page)
    await page.getByRole('radio', { name: 'Card' }).check()
    await page.getByRole('button', { name: 'Pay by card' }).click()
    await page.getByRole('link', { name: 'Back' }).click()
    await status(page, 'Waiting for your card')
    await accessible(page)
    await page.getByRole('button', { name: 'Continue to the card page' }).click()
    await page.getByLabel('Card number').waitFor()
    await page.getByRole('link', { name: 'Back' }).click()
    await page.getByRole('button', { name: 'Pay another way' }).click()
    await status(page, 'Payment failed')
    await page.getByRole('textbox', { name: 'M-Pesa phone number' }).fill('0712 000 333')
    await page.getByRole('button', { name: 'Pay again' }).click()
    await status(page, 'Waiting for your PIN')
    expect(faults).toEqual([])
    await context.close()
  })

  it.each(widths)(
    'at $width px: the office sees an order come in and be paid, and gives a part of it back, then the rest',
    async (viewport) => {
      const office = await openOffice(viewport)
      const customer = await shop.open(widths[0]!, '/products/shanga')
      const email = await toThePayment(customer.page)
      await customer.page.getByRole('radio', { name: 'Card' }).check()
      await customer.page.getByRole('button', { name: 'Pay by card' }).click()
      await enterCard(customer.page, '4242 4242 4242 4242')
      await status(customer.page, 'Paid')
      const number = new URL(customer.page.url()).pathname.split('/').at(-1)!

      // Nobody has loaded the list anew.
      const row = office.page.getByRole('listitem').filter({ hasText: number })
      await row.getByText('Paid').waitFor()
      await accessible(office.page)
      await fitsTheWindow(office.page)
      await photograph(office.page, `office-${viewport.width}`)
      await office.page.getByText(/people are here|customer is here/).click()
      await office.page.getByText('Wanjiku Mwangi').first().waitFor()
      await row.getByRole('link', { name: number }).click()

      await refund(office.page, '9999', 'A try')
      await office.page.getByText('This is more than there is').waitFor()
      await refund(office.page, '100', 'A bead was missing')
      await office.page.getByText('At most').filter({ hasText: '250' }).waitFor()
      await customer.page.getByText(/100 went back to you/).waitFor()
      await accessible(office.page)
      await photograph(office.page, `office-refund-${viewport.width}`)
      await refund(office.page, '250', 'All of it then')
      await office.page.getByRole('status').filter({ hasText: 'Refunded' }).waitFor()
      await status(customer.page, 'Refunded')
      await photograph(customer.page, 'order-refunded')
      expect([...office.faults, ...customer.faults]).toEqual([])
      await Promise.all([office.context.close(), customer.context.close()])

      const mail = await shop.openMail(email, 'Refund for order')
      await mail.page.frameLocator('iframe').getByText('Banks take up to ten days').waitFor()
      await mail.context.close()
    },
  )

  it('shows what providers said; what could not be done is tried again, or put aside with a reason', async () => {
    const customer = await shop.open(widths[0]!, '/products/shanga')
    await toThePayment(customer.page)
    await customer.page.getByRole('radio', { name: 'Card' }).check()
    await customer.page.getByRole('button', { name: 'Pay by card' }).click()
    await enterCard(customer.page, '4242 4242 4242 4242')
    await status(customer.page, 'Paid')
    await customer.context.close()
    await giveUpTwoCallbacks()

    const { page, context, faults } = await openOffice(widths[1]!)
    await page.getByRole('link', { name: 'Payments' }).click()
    const letters = page.getByRole('region', { name: 'What could not be done' }).getByRole('listitem')
    await letters.nth(1).waitFor()
    await accessible(page)
    await fitsTheWindow(page)
    await photograph(page, 'office-payments-390', { fullPage: true })
    await letters.first().getByRole('button', { name: 'Try again' }).click()
    await letters.nth(1).waitFor({ state: 'detached' })
    await letters.first().getByText('Put aside').first().click()
    await letters.first().getByRole('textbox', { name: 'Why it needs no more work' }).fill('Settled by phone')
    await letters.first().getByRole('button', { name: 'Put aside' }).click()
    await page.getByText('Everything that came in was dealt with.').waitFor()
    await page.getByRole('region', { name: 'What providers told us' }).getByText('put aside').waitFor()
    expect(faults).toEqual([])
    await context.close()
  })

  it('lets no customer into the office', async () => {
    const { page, context } = await shop.open(widths[0]!, '/admin')
    await page.getByRole('button', { name: 'Create account' }).click()
    await register(page)
    await page.getByText('This is for the people who run the shop.').waitFor()
    await context.close()
  })

  async function openOffice(viewport: { width: number; height: number }): Promise<Visit> {
    const office = await shop.open(viewport, '/admin')
    await signIn(office.page)
    await office.page.getByRole('heading', { name: 'Orders' }).waitFor()
    return office
  }

  /** As a worker leaves them that has tried them to the end. */
  async function giveUpTwoCallbacks() {
    const client = await MongoClient.connect(await shop.databaseUri())
    const inbox = client.db().collection('webhook_inbox')
    const dead = { state: 'dead', attempts: 20, diedAt: new Date(), errors: [] }
    const found = await inbox.find({ state: 'done' }).limit(2).toArray()
    expect(found).toHaveLength(2)
    for (const { _id } of found) await inbox.updateOne({ _id }, { $set: dead, $unset: { expiresAt: 1 } })
    await client.close()
  }
})

/** From a product's page to the form that asks how to pay. */
async function toThePayment(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await page.getByRole('link', { name: /^Cart/ }).first().click()
  await page.getByRole('link', { name: 'Check out' }).click()
  const email = await register(page)
  await page.getByRole('radio', { name: 'Card' }).waitFor()
  return email
}

/** On the page of the card provider. */
async function enterCard(page: Page, number: string) {
  await page.getByLabel('Card number').fill(number)
  await page.getByLabel(/^Expiration/).fill('12 / 34')
  await page.getByLabel('Security code').fill('123')
  await page.getByLabel('Cardholder name').fill('Wanjiku Mwangi')
  await page.getByRole('button', { name: /^Pay/ }).click()
}

async function refund(page: Page, amount: string, note: string) {
  const form = page.getByRole('region', { name: 'Give money back' })
  await form.getByRole('textbox', { name: 'Amount in KES' }).fill(amount)
  await form.getByRole('textbox', { name: 'Why' }).fill(note)
  await form.getByRole('button', { name: 'Refund' }).click()
}
