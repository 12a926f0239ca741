import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import { accessible, photograph, pictures, register, shopInBrowser, status } from '../support/pages.js'

describe.skipIf(!chromiumPath)('the shop in a browser', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  it.each([
    { width: 1280, height: 900, phone: '0712 000 111', msisdn: '254712000111' },
    { width: 390, height: 844, phone: '+254 112 000 222', msisdn: '254112000222' },
  ])(
    'sells by M-Pesa at $width px: wrong PIN first, then the right one',
    async ({ phone, msisdn, ...viewport }) => {
      const { page, faults, context } = await shop.open(viewport, '/')
      const coffee = page.getByRole('link', { name: /Nyeri AA coffee/ }).first()
      await coffee.waitFor()
      await accessible(page)
      await coffee.click()
      await page.getByRole('button', { name: 'Add to cart' }).click()
      await accessible(page)
      await page.getByRole('link', { name: /^Cart/ }).first().click()
      await page
        .getByRole('link', { name: 'Check out' })
        .or(page.getByRole('button', { name: 'Check out' }))
        .click()
      await accessible(page)
      const email = await register(page)

      await page.getByRole('textbox', { name: 'M-Pesa phone number' }).fill(phone)
      await page.getByRole('button', { name: 'Pay with M-Pesa' }).click()
      await status(page, 'Waiting for your PIN')
      const url = page.url()
      // Set on the window: it is gone if the page is ever loaded anew.
      await page.evaluate(() => Object.assign(globalThis, { notReloaded: true }))
      await photograph(page, `order-waiting-${viewport.width}`)
      await accessible(page)

      await onPhone(msisdn, '4321')
      await status(page, 'Payment failed')
      await page.getByRole('button', { name: 'Pay again' }).click()
      const again = page.getByRole('button', { name: 'Pay with M-Pesa' })
      if (await again.isVisible().catch(() => false)) await again.click()
      await status(page, 'Waiting for your PIN')

      await onPhone(msisdn, '1234', viewport.width)
      await status(page, 'Paid')
      expect(page.url()).toBe(url)
      expect(await page.evaluate(() => 'notReloaded' in globalThis)).toBe(true)
      await photograph(page, `order-paid-${viewport.width}`)
      await accessible(page)
      expect(faults).toEqual([])
      await context.close()

      const mail = await shop.openMail(email, 'Receipt for order')
      const receipt = mail.page.frameLocator('iframe')
      await receipt.getByText('Nyeri AA coffee × 1').waitFor()
      await accessible(mail.page)
      await photograph(mail.page, `receipt-${viewport.width}`)
      const opened = mail.page.waitForEvent('popup')
      await receipt.getByRole('link', { name: 'See your order' }).click()
      expect((await opened).url()).toBe(url)
      await mail.context.close()
      if (viewport.width === 1280) await photographTogether()
    },
  )

  /** The payer's side: the sandbox's phone page, in a browser of its own. */
  async function onPhone(msisdn: string, pin: string, photographAt?: number) {
    const { context, page, faults } = await shop.open({ width: 390, height: 844 })
    await page.goto(`${shop.urls.phone}/?msisdn=${msisdn}`)
    const prompt = page.getByRole('dialog')
    await prompt.waitFor()
    expect(await prompt.innerText()).toMatch(/950/)
    if (photographAt) await photograph(page, `phone-${photographAt}`)
    await accessible(page)
    await page.getByLabel('M-Pesa PIN').fill(pin)
    await page.getByRole('button', { name: 'Send' }).click()
    await prompt.waitFor({ state: 'hidden' })
    expect(faults).toEqual([])
    await context.close()
  }

  /** The picture of the README: the shop that waits, and beside it the phone that asks. */
  async function photographTogether() {
    const { context, page } = await shop.open({ width: 1120, height: 620 })
    const picture = (name: string) =>
      `data:image/png;base64,${readFileSync(join(pictures, `${name}.png`)).toString('base64')}`
    await page.setContent(`
      <style>
        body { margin: 0; height: 620px; display: flex; gap: 32px; align-items: center; justify-content: center; background: #e4e0d8 }
        img { display: block; border-radius: 12px; box-shadow: 0 12px 40px #0003 }
        .phone { border-radius: 32px; border: 8px solid #1c1b1a }
      </style>
      <img height="520" src="${picture('order-waiting-1280')}">
      <img height="520" class="phone" src="${picture('phone-1280')}">`)
    await photograph(page, 'shop-and-phone')
    await context.close()
  }
})
