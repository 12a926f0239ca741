import { MongoClient } from 'mongodb'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import {
  accessible,
  fitsTheWindow,
  photograph,
  register,
  shopInBrowser,
  status,
  widths,
} from '../support/pages.js'

describe.skipIf(!chromiumPath)('the cart in a browser', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()
  let client: MongoClient
  const shelf = () => client.db().collection('products')
  const change = (slug: string, $set: object) => shelf().updateOne({ slug }, { $set })
  beforeAll(async () => {
    client = await MongoClient.connect(await shop.databaseUri())
  })
  afterAll(() => client?.close())

  it.each(widths)(
    'at $width px: a product that is sold out says so on its card and its page, and is not put in the cart',
    async (viewport) => {
      await change('shanga', { stock: 0 })
      const { page, context, faults } = await shop.open(viewport, '/?category=wear')
      const card = page.getByRole('listitem').filter({ hasText: 'Beaded bracelet' })
      await card.getByText('Sold out').waitFor()
      await card.getByRole('link').click()
      await page.getByText('Sold out at the moment.').waitFor()
      await page.getByRole('button', { name: 'Add to cart' }).first().waitFor({ state: 'detached' })
      await looked(page, `sold-out-${viewport.width}`)

      // Of three there, three can be put in; and no fourth.
      await change('shanga', { stock: 3 })
      await page.reload()
      await page.getByText('Only 3 left').first().waitFor()
      const more = page.getByRole('group', { name: 'Quantity' }).getByRole('button', { name: 'One more' })
      await more.click()
      await more.click()
      expect(await more.isDisabled()).toBe(true)
      await page.getByRole('button', { name: 'Add to cart' }).click()
      await page.getByText('There are 3 in your cart: one order takes no more of it.').waitFor()
      await page.getByRole('button', { name: 'Add to cart' }).first().waitFor({ state: 'detached' })
      expect(faults).toEqual([])
      await context.close()
    },
  )

  it.each(widths)(
    'at $width px: what sells out, runs short, goes or gets dearer in the cart is said there and at checkout',
    async (viewport) => {
      const slugs = ['kikombe', 'chai', 'asali', 'akala']
      for (const slug of slugs) await change(slug, { stock: 40, archived: false })
      await change('asali', { 'price.minor': 78_000 })
      const { page, context, faults } = await shop.open(viewport)
      for (const slug of [...slugs, 'kikombe']) {
        await page.goto(`${shop.urls.shop}/products/${slug}`)
        await page.getByRole('button', { name: 'Add to cart' }).click()
        await page.getByText('Added.').waitFor()
      }
      await change('kikombe', { stock: 1 })
      await change('chai', { stock: 0 })
      await change('asali', { 'price.minor': 80_000 })
      await change('akala', { archived: true })

      await page.getByRole('link', { name: /^Cart/ }).click()
      await status(page, 'Kericho purple tea is sold out.')
      await status(page, 'Only 1 of Enamel mug is left.')
      await status(page, /Baringo acacia honey now costs Ksh.800; it was Ksh.780/)
      await status(page, 'Something that you put in your cart is no longer for sale.')
      await page.getByRole('link', { name: 'Check out' }).first().waitFor({ state: 'detached' })
      await looked(page, `cart-news-${viewport.width}`)
      await page.goto(`${shop.urls.shop}/checkout`)
      await register(page)
      await page.getByText('Change it, then you can pay.').waitFor()
      await status(page, 'Kericho purple tea is sold out.')
      await page.getByRole('button', { name: 'Take out what is not there' }).click()
      await status(page, /Baringo acacia honey now costs/)
      await page.getByText('sold out').first().waitFor({ state: 'detached' })
      await page
        .getByText(/Ksh.1,250/)
        .first()
        .waitFor()
      await looked(page, `checkout-news-${viewport.width}`)

      // Between the customer's look at the page and the press of the button.
      await change('asali', { 'price.minor': 90_000 })
      await pay(page, viewport.width)
      await page.getByRole('alert').filter({ hasText: 'A price in your cart has just changed.' }).waitFor()
      await status(page, /now costs Ksh.900/)
      await page
        .getByText(/Ksh.1,350/)
        .first()
        .waitFor()
      await change('kikombe', { stock: 0 })
      await pay(page, viewport.width)
      await status(page, 'Enamel mug is sold out.')
      await page.getByRole('button', { name: 'Take out what is not there' }).click()
      await pay(page, viewport.width)
      await status(page, 'Waiting for your PIN')
      await page
        .getByText(/Ksh.900/)
        .first()
        .waitFor()
      expect(faults).toEqual([])
      await context.close()
    },
  )

  it('says of a cart with over a hundred products that it is too much, and orders as many as one order takes', async () => {
    const [model] = await shelf().find({ slug: 'kahawa' }).toArray()
    const { _id, ...coffee } = model!
    const sorts = Array.from({ length: 110 }, (_, i) => `sort-${String(i).padStart(3, '0')}`)
    await shelf().insertMany(
      sorts.map((slug, i) => ({
        ...{ ...coffee, slug, name: `Coffee ${slug}`, position: 100 + i },
        ...{ price: { minor: 1_000, currency: 'KES' }, stock: 40, reservations: [] },
      })),
    )
    const { page, context, faults } = await shop.open(widths[1]!, '/')
    await fill(sorts)
    await status(page, 'There are 110 different things in your cart, and one order takes 50.')
    await page.getByRole('link', { name: 'Check out' }).first().waitFor({ state: 'detached' })
    await accessible(page)
    await page.goto(`${shop.urls.shop}/products/kahawa`)
    await page.getByText('Your cart is full: one order takes 50 different things.').waitFor()

    await fill(sorts.slice(-50))
    await page.getByRole('link', { name: 'Check out' }).click()
    await register(page)
    await pay(page, 100)
    await status(page, 'Waiting for your PIN')
    await page.getByText('Coffee sort-109').waitFor()
    await page
      .getByText(/Ksh.500/)
      .first()
      .waitFor()
    expect(faults).toEqual([])
    await context.close()
    await shelf().deleteMany({ slug: { $in: sorts } })

    async function fill(slugs: string[]) {
      const cart = JSON.stringify(Object.fromEntries(slugs.map((slug) => [slug, { quantity: 1 }])))
      await page.evaluate(`localStorage.setItem('soko.cart', ${JSON.stringify(cart)})`)
      await page.goto(`${shop.urls.shop}/cart`)
    }
  })

  async function looked(page: Page, name: string) {
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      await accessible(page)
      await fitsTheWindow(page)
      await photograph(page, `${name}-${colorScheme}`, { fullPage: true })
    }
  }

  async function pay(page: Page, width: number) {
    await page
      .getByRole('textbox', { name: 'M-Pesa phone number' })
      .fill(`0712 30${String(width).padStart(4, '0')}`)
    await page.getByRole('button', { name: 'Pay with M-Pesa' }).click()
  }
})
