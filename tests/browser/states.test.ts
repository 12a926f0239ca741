import { type Page, type Route } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import { accessible, fitsTheWindow, password, shopInBrowser, signIn, widths } from '../support/pages.js'
import { registerCustomer } from '../support/shop.js'

const [, phone] = widths

describe.skipIf(!chromiumPath)(
  'a page that waits, fails or has nothing to show',
  { timeout: 300_000 },
  () => {
    const shop = shopInBrowser()

    it('says on each page of the shop that it waits, and what to do when the server fails', async () => {
      const customer = await registerCustomer(shop.urls.shop)
      const { number } = await customer.order()
      const { page, context } = await shop.open(phone!, '/account')
      await signIn(page, { email: customer.email, password })
      await page.getByText('This device').waitFor()
      await page.evaluate(`localStorage.setItem('soko.cart', '{"kahawa":{"quantity":1}}')`)
      for (const [path, asked, whole] of [
        ['/', /\/api\/products\?/, 'Nyeri AA coffee'],
        ['/products/kahawa', /\/api\/products\?/, 'Whole beans'],
        ['/products/kahawa', /\/api\/comments\?/, 'Nobody has said anything yet.'],
        ['/cart', /\/api\/products\?/, 'Nyeri AA coffee'],
        ['/checkout', /\/api\/products\?/, 'M-Pesa phone number'],
        ['/orders', /\/api\/orders$/, number],
        [`/orders/${number}`, /\/api\/orders\//, 'What you ordered'],
        ['/account', /\/api\/auth\/sessions$/, 'This device'],
      ] as const) {
        await failsWell(page, { url: shop.urls.shop + path, asked, whole })
      }
      await context.close()
    })

    it('says on each page of the office that it waits, and what to do when the server fails', async () => {
      const { number } = await (await registerCustomer(shop.urls.shop)).order()
      const { page, context } = await shop.open(phone!, '/admin')
      await signIn(page)
      await page.getByRole('heading', { name: 'Orders' }).waitFor()
      for (const [path, asked, whole] of [
        ['', /\/api\/admin\/orders$/, number],
        [`/orders/${number}`, /\/api\/admin\/orders\//, 'Goods held'],
        ['/payments', /\/api\/admin\/payments\//, 'Nothing has come in yet.'],
        ['/products', /\/api\/admin\/products/, 'Nyeri AA coffee'],
        ['/comments', /\/api\/admin\/comments/, 'Nothing is waiting.'],
      ] as const) {
        await failsWell(page, { url: `${shop.urls.shop}/admin${path}`, asked, whole })
      }
      await context.close()
    })

    it('gives up a request that is never answered, and asks again when told to', async () => {
      const { page, context } = await shop.open(phone!)
      await page.clock.install()
      const never = /\/api\/products\?/
      await page.route(never, () => {})
      await page.goto(shop.urls.shop)
      await page.locator('main [aria-busy=true]').waitFor()
      await page.clock.fastForward(20_000)
      await page.getByRole('alert').filter({ hasText: 'We could not reach the shop.' }).waitFor()
      await page.unroute(never)
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.getByText('Nyeri AA coffee').waitFor()
      await context.close()
    })

    it('says so when a part of the shop cannot be fetched, and fetches it when told to', async () => {
      const { page, context } = await shop.open(phone!)
      const office = /\/assets\/admin-[\w-]+\.js$/
      await page.route(office, (route) => route.abort())
      await page.goto(`${shop.urls.shop}/admin`)
      await page.getByRole('alert').filter({ hasText: 'A part of this page is missing.' }).waitFor()
      await accessible(page)
      await page.getByRole('link', { name: 'Soko' }).click()
      await page.getByText('Nyeri AA coffee').waitFor()
      await page.goto(`${shop.urls.shop}/admin`)
      const again = page.getByRole('button', { name: 'Try again' })
      await again.waitFor()
      await page.unroute(office)
      await again.click()
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      await context.close()
    })

    it('says all that the server finds wrong with a field, not the last of it alone', async () => {
      const { page, context } = await shop.open(phone!, '/account')
      const errors = ['Use a small letter.', 'Use a figure.'].map((message) => ({
        path: 'body.password',
        message,
      }))
      await page.route(/\/api\/auth\/login$/, (route) =>
        route.fulfill({
          status: 422,
          contentType: 'application/problem+json',
          json: { title: 'Unprocessable Content', status: 422, errors },
        }),
      )
      await signIn(page, { email: 'wanjiku@example.com', password })
      await page.getByText('Use a small letter. Use a figure.').waitFor()
      await accessible(page)
      await context.close()
    })

    it('says what is empty, and leads on from there', async () => {
      const { email } = await registerCustomer(shop.urls.shop)
      const { page, context, faults } = await shop.open(phone!, '/cart')
      await isEmpty('Your cart is empty.')
      await page.goto(`${shop.urls.shop}/checkout`)
      await isEmpty('Your cart is empty.')
      await page.goto(`${shop.urls.shop}/orders`)
      await signIn(page, { email, password })
      await isEmpty('No orders yet.')
      await page.goto(`${shop.urls.shop}/orders/ZZZZZZ`)
      await isEmpty('There is no such order in this account.')
      await page.goto(`${shop.urls.shop}/products/no-such-product`)
      await isEmpty('This page is not here')
      await page.goto(`${shop.urls.shop}/?search=zebra`)
      await page.getByText('Nothing like this on our shelves today.').waitFor()
      await accessible(page)
      expect(faults).toEqual([])
      await context.close()

      async function isEmpty(words: string) {
        await page.getByText(words).waitFor()
        await accessible(page)
        await page.getByRole('link', { name: 'Back to the shop' }).waitFor()
      }
    })
  },
)

/** The page while an answer is awaited, then when it is a failure, then when the customer tries again. */
async function failsWell(page: Page, { url, asked, whole }: { url: string; asked: RegExp; whole: string }) {
  const held: Route[] = []
  let mode: 'held' | 'failing' | 'well' = 'held'
  await page.route(asked, async (route) => {
    if (mode === 'held') held.push(route)
    else if (mode === 'failing') await route.fulfill({ status: 503 })
    else await route.continue()
  })
  await page.goto(url)
  await page.locator('main [aria-busy=true]').first().waitFor()
  await accessible(page)
  mode = 'failing'
  await Promise.all(held.map((route) => route.fulfill({ status: 503 })))
  await page.getByRole('alert').filter({ hasText: 'Something is wrong on our side.' }).waitFor()
  await accessible(page)
  await fitsTheWindow(page)
  mode = 'well'
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText(whole).first().waitFor()
  // A page of several requests is whole when the last of them is answered.
  await page.getByRole('alert').waitFor({ state: 'detached' })
  await page.unroute(asked)
}
