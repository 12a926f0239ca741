import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import { accessible, fitsTheWindow, photographBoth, shopInBrowser, signIn, widths } from '../support/pages.js'
import { sandboxAt } from '../support/sandbox.js'
import { orderIs, registerCustomer } from '../support/shop.js'

describe.skipIf(!chromiumPath)('what the office looks up, in a browser', { timeout: 180_000 }, () => {
  const shop = shopInBrowser()

  it.each(widths)(
    'at $width px: the money came, and its receipt is kept; a refund did not go, and goes when sent anew',
    async (viewport) => {
      const { sandbox, customer, order, phone, page, context, faults } = await beingPaid(viewport)
      const before = await sandbox.balance(phone)
      await sandbox.fault({ fault: 'dropCallback', msisdn: phone })
      await sandbox.enterPin(phone)
      await sandbox.report(phone, 1)

      // Nobody has loaded the page anew.
      const came = page.getByRole('region', { name: 'Did the money come?' })
      await came.getByText('reported with another amount').waitFor()
      await isStatus(page, 'To be checked')
      await came.getByText(order.number).waitFor()
      await looksWell(page, `office-review-${viewport.width}`)

      const receipt = came.getByRole('textbox', { name: 'M-Pesa receipt' })
      await receipt.fill('no receipt')
      await came.getByRole('button', { name: 'The money came' }).click()
      await came.getByRole('button', { name: 'Yes, the money came' }).click()
      await came.getByText(/is no M-Pesa receipt/).waitFor()
      expect(await receipt.getAttribute('aria-invalid')).toBe('true')
      expect(await page.evaluate('document.activeElement.name')).toBe('receipt')

      await receipt.fill((await sandbox.receipt(phone)).toLowerCase())
      await came.getByRole('button', { name: 'The money came' }).click()
      await came.getByText('its goods are sold').waitFor()
      expect(await page.evaluate('document.activeElement.textContent')).toMatch(
        /^The money came: [A-Z0-9]{10}\./,
      )
      await looksWell(page, `office-review-sure-${viewport.width}`)
      await came.getByRole('button', { name: 'Look again' }).click()
      expect(await page.evaluate('document.activeElement.localName')).toBe('form')
      await came.getByRole('button', { name: 'The money came' }).click()
      await came.getByRole('button', { name: 'Yes, the money came' }).click()
      await came.waitFor({ state: 'detached' })
      await isStatus(page, 'Paid')
      await page.getByText('Goods taken').waitFor()
      await orderIs(customer, order.id, 'paid')
      expect(await sandbox.mails(customer.email)).toEqual([`Receipt for order ${order.number}`])

      await sandbox.fault({ fault: 'forceResult', on: 'reversal', resultCode: 'R000001' })
      await refund(page)
      const back = page.getByRole('region', { name: 'Did the money go back?' })
      await back.getByText(await sandbox.receipt(phone)).waitFor()
      await page.getByRole('button', { name: 'Refund' }).first().waitFor({ state: 'detached' })
      await looksWell(page, `office-review-refund-${viewport.width}`)
      await back.getByRole('button', { name: 'It did not' }).click()
      await back.getByText('the customer has it twice').waitFor()
      await back.getByRole('button', { name: 'Yes, it did not go' }).click()
      await back.waitFor({ state: 'detached' })
      await page.getByRole('region', { name: 'Money given back' }).getByText('failed').waitFor()
      await page.getByRole('combobox', { name: 'How' }).selectOption('reversal')
      await refund(page)
      await isStatus(page, 'Refunded')
      expect(await sandbox.balance(phone)).toBe(before)
      expect(faults).toEqual([])
      await context.close()
    },
  )

  it.each(widths)(
    'at $width px: no money came, which needs no receipt; the customer can pay anew',
    async (viewport) => {
      const { sandbox, customer, order, phone, page, context, faults } = await beingPaid(viewport)
      await sandbox.report(phone, 1)
      const came = page.getByRole('region', { name: 'Did the money come?' })
      await came.getByRole('button', { name: 'No money came' }).click()
      await came.getByText('the customer can pay it anew').waitFor()
      await fitsTheWindow(page)
      await came.getByRole('button', { name: 'Yes, no money came' }).click()
      await came.waitFor({ state: 'detached' })
      await isStatus(page, 'Payment failed')
      await orderIs(customer, order.id, 'payment_failed')

      const other = phoneOfItsOwn()
      await customer.pay(order.id, other)
      await sandbox.enterPin(other)
      await isStatus(page, 'Paid')
      expect(faults).toEqual([])
      await context.close()
    },
  )

  it.each(widths)(
    'at $width px: money that names no order is looked up, and is gone where nothing came',
    async (viewport) => {
      const { sandbox, phone, page, context, faults } = await beingPaid(viewport)
      await sandbox.enterPin(phone)
      await isStatus(page, 'Paid')
      const account = `NOBODY${viewport.width}`
      await sandbox.confirm(await sandbox.receipt(phone), { account, amount: '351.00' })

      await page.getByRole('link', { name: 'Payments' }).click()
      const stray = page.getByRole('listitem').filter({ hasText: account })
      const read = () => page.getByRole('heading', { name: 'What providers told us' }).waitFor()
      await read()
      // M-Pesa is asked about it first.
      while (!(await stray.count())) {
        await page.reload()
        await read()
      }
      await stray.getByText('reported with another amount').waitFor()
      await looksWell(page, `office-review-stray-${viewport.width}`)
      await stray.getByRole('button', { name: 'No money came' }).click()
      await stray.getByText('nothing to be given back').waitFor()
      await stray.getByRole('button', { name: 'Yes, no money came' }).click()
      await stray.waitFor({ state: 'detached' })
      expect(faults).toEqual([])
      await context.close()
    },
  )

  /** An order whose prompt is on a phone of its own, and its page in the office. */
  async function beingPaid(viewport: { width: number; height: number }) {
    const sandbox = sandboxAt(new URL(shop.urls.phone).origin)
    const customer = await registerCustomer(shop.urls.shop)
    const order = await customer.order('shanga')
    const phone = phoneOfItsOwn()
    await customer.pay(order.id, phone)
    await sandbox.promptOn(phone)
    const office = await shop.open(viewport, `/admin/orders/${order.number}`)
    await signIn(office.page)
    await isStatus(office.page, 'Being paid')
    return { sandbox, customer, order, phone, ...office }
  }
})

let phones = 0

function phoneOfItsOwn(): string {
  return `2547123${String(++phones).padStart(5, '0')}`
}

function isStatus(page: Page, words: string) {
  return page.getByRole('status').getByText(words, { exact: true }).waitFor()
}

async function looksWell(page: Page, name: string) {
  await accessible(page)
  await fitsTheWindow(page)
  await photographBoth(page, name)
}

/** All of it. */
async function refund(page: Page) {
  const form = page.getByRole('region', { name: 'Give money back' })
  await form.getByRole('textbox', { name: 'Why' }).fill('A bead was missing')
  await form.getByRole('button', { name: 'Refund' }).click()
}
