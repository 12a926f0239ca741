import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import {
  accessible,
  fitsTheWindow,
  photographBoth,
  register,
  shopInBrowser,
  signIn,
  status,
  widths,
} from '../support/pages.js'
import { sandboxAt } from '../support/sandbox.js'

describe.skipIf(!chromiumPath)('the office in a browser', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  it.each(widths)(
    'at $width px: a new product is sold, corrected and taken off the shelf, and its order keeps its name',
    async (viewport) => {
      const name = `Lamu chest ${viewport.width}`
      const renamed = `Old chest ${viewport.width}`
      const { page, context, faults } = await openOffice('/admin/products', viewport)
      await page.getByRole('link', { name: 'New product' }).click()
      await fill(page, { Name: 'x', Description: 'Too short', 'Price in KES': '0.5' })
      await page.getByRole('button', { name: 'Save' }).click()
      await isWrong(page, 'Name', 'Write at least 2 letters.')
      await isWrong(page, 'Description', 'Write at least 10 letters.')
      await isWrong(page, 'Price in KES', /in whole shillings/)
      await isWrong(page, 'How many', 'Write a whole number.')
      await accessible(page)
      await fitsTheWindow(page)
      await photographBoth(page, `office-product-${viewport.width}`)
      await fill(page, { Name: name, Description: 'Carved of mangrove wood.', 'Price in KES': '4500' })
      await page.getByRole('textbox', { name: 'How many' }).fill('3')
      await page.getByRole('combobox', { name: 'Shelf' }).selectOption({ label: 'For the home' })
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('link', { name }).waitFor()
      await accessible(page)
      await fitsTheWindow(page)
      await photographBoth(page, `office-products-${viewport.width}`)

      const customer = await shop.open(viewport, `/products/lamu-chest-${viewport.width}`)
      await customer.page.getByRole('button', { name: 'Add to cart' }).click()
      await customer.page.getByRole('link', { name: /^Cart/ }).first().click()
      await customer.page.getByRole('link', { name: 'Check out' }).click()
      await register(customer.page)
      await customer.page
        .getByRole('textbox', { name: 'M-Pesa phone number' })
        .fill(`0712 00${String(viewport.width).padStart(4, '0')}`)
      await customer.page.getByRole('button', { name: 'Pay with M-Pesa' }).click()
      await status(customer.page, /Waiting for your PIN|Not paid yet/)

      await page.getByRole('link', { name }).click()
      await page.getByText('Besides, 1 held').waitFor()
      await fill(page, { Name: renamed, 'Price in KES': '4700' })
      await page.getByRole('textbox', { name: 'How many' }).fill('12')
      await page.getByRole('button', { name: 'Save' }).click()
      const row = page.getByRole('listitem').filter({ hasText: renamed })
      await row.getByText('4,700').waitFor()
      await row.getByText('12 free, 1 held').waitFor()
      await row.getByRole('link').click()
      await page.getByRole('button', { name: 'Take off the shelf' }).click()
      await row.getByText('Not for sale').waitFor()

      await customer.page.reload()
      await customer.page.getByText(name).waitFor()
      await customer.page.goto(`${shop.urls.shop}/products/lamu-chest-${viewport.width}`)
      await customer.page.getByRole('heading', { name: 'This page is not here' }).waitFor()
      expect([...faults, ...customer.faults]).toEqual([])
      await Promise.all([context.close(), customer.context.close()])
    },
  )

  it.each(widths)(
    'at $width px: a comment is read by the office before everybody reads it, and brings no script along',
    async (viewport) => {
      const words = `Lasts longer than my shoes did, ${viewport.width}.`
      const customer = await shop.open(viewport, '/products/akala')
      await customer.page.getByRole('link', { name: 'Sign in to say something yourself.' }).click()
      await customer.page.getByRole('button', { name: 'Create account' }).click()
      await register(customer.page)
      await customer.page.getByRole('heading', { name: 'Hello, Wanjiku Mwangi' }).waitFor()
      await customer.page.goto(`${shop.urls.shop}/products/akala`)
      const box = customer.page.getByRole('textbox', { name: 'Your comment' })
      await box.fill('<img src=x onerror="document.title=1"> ')
      await customer.page.getByRole('button', { name: 'Send' }).click()
      await customer.page.getByRole('alert').getByText('There is no text in this comment.').waitFor()
      await box.fill(
        `<strong>${words}</strong><script>document.title = 'broken'</script><img src=x onerror=alert(1)>`,
      )
      await customer.page.getByRole('button', { name: 'Send' }).click()
      await customer.page.getByText('Thank you. We read it first').waitFor()
      await customer.page.reload()
      await customer.page.getByRole('textbox', { name: 'Your comment' }).waitFor()
      await customer.page.getByText(words).first().waitFor({ state: 'detached' })

      const office = await openOffice('/admin/comments', viewport)
      const comment = office.page.getByRole('listitem').filter({ hasText: words })
      await comment.getByRole('link', { name: 'Akala sandals' }).waitFor()
      await accessible(office.page)
      await fitsTheWindow(office.page)
      await photographBoth(office.page, `office-comments-${viewport.width}`)
      await comment.getByRole('button', { name: 'Publish' }).click()
      await comment.waitFor({ state: 'detached' })

      const stranger = await shop.open(viewport, '/products/akala')
      const shown = stranger.page.locator('strong', { hasText: words })
      await shown.waitFor()
      expect(await stranger.page.locator('.comment-text').filter({ hasText: words }).innerHTML()).toBe(
        `<strong>${words}</strong>`,
      )
      await accessible(stranger.page)
      await fitsTheWindow(stranger.page)
      await photographBoth(stranger.page, `comments-${viewport.width}`)
      await stranger.page
        .getByRole('button', { name: /Kiswahili|SW/ })
        .first()
        .click()
      await stranger.page.getByRole('heading', { name: 'Wateja wanasema' }).waitFor()

      await office.page.getByRole('button', { name: 'Published' }).click()
      await comment.getByRole('button', { name: 'Take away' }).click()
      await comment.waitFor({ state: 'detached' })
      await stranger.page.reload()
      await stranger.page.getByRole('heading', { name: 'Wateja wanasema' }).waitFor()
      await shown.waitFor({ state: 'detached' })
      expect([...customer.faults, ...office.faults, ...stranger.faults]).toEqual([])
      await Promise.all([customer, office, stranger].map(({ context }) => context.close()))
    },
  )

  it.each(widths)(
    'at $width px: M-Pesa gives back no part, and the page says why; then it gives back the whole',
    async (viewport) => {
      const sandbox = sandboxAt(new URL(shop.urls.phone).origin)
      const phone = `254712${viewport.width + 100_000}`
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

      const { page, context, faults } = await openOffice(`/admin/orders/${number}`, viewport)
      await refund(page, '100')
      await page.getByText('M-Pesa has no payment of this amount').waitFor()
      await accessible(page)
      await fitsTheWindow(page)
      await photographBoth(page, `office-refund-refused-${viewport.width}`)
      await refund(page, '350')
      await page.getByRole('status').filter({ hasText: 'Refunded' }).waitFor()
      await status(customer.page, 'Refunded')
      expect(await sandbox.balance(phone)).toBe(before)
      const mails = await sandbox.mails(email, 2)
      expect(mails.filter((subject) => subject.startsWith('Refund'))).toHaveLength(1)
      expect([...faults, ...customer.faults]).toEqual([])
      await Promise.all([context.close(), customer.context.close()])
    },
  )

  async function openOffice(path: string, viewport: { width: number; height: number }) {
    const office = await shop.open(viewport, path)
    await signIn(office.page)
    await office.page.getByRole('navigation', { name: 'Office' }).waitFor()
    return office
  }
})

async function fill(page: Page, texts: Record<string, string>) {
  for (const [name, text] of Object.entries(texts)) await page.getByRole('textbox', { name }).fill(text)
}

/** The field says so itself, to those who see it and to those who hear it. */
async function isWrong(page: Page, name: string, words: string | RegExp) {
  const field = page.getByRole('textbox', { name })
  await page.getByText(words).waitFor()
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  const note = await field.getAttribute('aria-describedby')
  expect(await page.locator(`[id="${note}"]`).textContent()).toMatch(words)
}

async function refund(page: Page, amount: string) {
  const form = page.getByRole('region', { name: 'Give money back' })
  await form.getByRole('textbox', { name: 'Amount in KES' }).fill(amount)
  await form.getByRole('textbox', { name: 'Why' }).fill('A bead was missing')
  await form.getByRole('button', { name: 'Refund' }).click()
}
