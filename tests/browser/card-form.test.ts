import type { Browser, BrowserContext, Page } from 'playwright-core'
import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, launchBrowser } from '../support/browser.js'
import { accessible, fitsTheWindow, photograph, register, status, widths } from '../support/pages.js'
import { sandboxAt } from '../support/sandbox.js'
import { startSystem } from '../support/shop.js'

describe.skipIf(!chromiumPath)('the card form in a browser', { timeout: 300_000 }, () => {
  let system: Awaited<ReturnType<typeof startSystem>>
  let browser: Browser
  beforeAll(async () => {
    system = await startSystem({ env: { STRIPE_PUBLISHABLE_KEY: 'pk_test_OfAShopWithAForm' } })
    browser = await launchBrowser()
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await system?.[Symbol.asyncDispose]()
  })

  it.each(widths)(
    'at $width px: a declined card is said to be, another one pays, and Stripe.js is fetched by those alone who pay by card',
    async (viewport) => {
      const { page, context, faults, scripts } = await open(viewport)
      await toThePayment(page)
      await page.getByRole('radio', { name: 'Card' }).check()
      await page.getByText('in a form of Stripe').waitFor()
      expect(scripts).toEqual([])
      await page.getByRole('button', { name: 'Pay by card' }).click()
      const card = page.getByLabel('Card number')
      await card.fill('pm_card_chargeDeclined')
      await status(page, 'Waiting for your card')
      await accessible(page)
      await fitsTheWindow(page)
      await photograph(page, `card-form-${viewport.width}`)
      await page.getByRole('button', { name: 'Pay by card' }).click()
      await page
        .getByRole('alert')
        .filter({ hasText: /declined/ })
        .waitFor()
      // Whoever loads the page anew finds the form again.
      await page.reload()
      await card.fill('pm_card_visa')
      await page.getByRole('button', { name: 'Pay by card' }).click()
      await status(page, 'Paid')
      const heading = await page.getByRole('heading', { level: 1 }).innerText()
      const charged = await sandboxAt(system.sandboxUrl).charged(heading.replace('Order ', ''))
      expect(charged).toEqual([{ taken: 78_000, back: 0 }])
      expect(scripts.every((url) => url === 'https://js.stripe.com/endive/stripe.js')).toBe(true)
      expect(faults).toEqual([])
      await context.close()
    },
  )

  it('says when the form does not load; then it loads, or the order is paid with M-Pesa', async () => {
    const { page, context } = await open(widths[1]!)
    await context.route('https://js.stripe.com/**', (route) => route.abort())
    await toThePayment(page)
    await page.getByRole('radio', { name: 'Card' }).check()
    await page.getByRole('button', { name: 'Pay by card' }).click()
    await page.getByRole('alert').filter({ hasText: 'The card form did not load.' }).waitFor()
    await accessible(page)
    await context.unroute('https://js.stripe.com/**')
    await standIn(context)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByLabel('Card number').waitFor()
    await page.getByRole('button', { name: 'Pay another way' }).click()
    await status(page, 'Payment failed')
    await page.getByRole('textbox', { name: 'M-Pesa phone number' }).waitFor()
    await context.close()
  })

  async function open(viewport: { width: number; height: number }) {
    const context = await browser.newContext({ viewport })
    context.setDefaultTimeout(60_000)
    const scripts = await standIn(context)
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(message.text())
    })
    await page.goto(`${system.url}/products/asali`)
    return { page, context, faults, scripts }
  }

  /** Stands in for js.stripe.com, and brings what the script asks of api.stripe.com to the sandbox. Gives what was fetched. */
  async function standIn(context: BrowserContext): Promise<string[]> {
    const scripts: string[] = []
    const { hostname: host, port } = new URL(system.sandboxUrl)
    const stripe = new Stripe(system.sandboxEnv().STRIPE_SECRET_KEY!, { host, port, protocol: 'http' })
    await context.route('https://js.stripe.com/**', async (route) => {
      scripts.push(route.request().url())
      await route.fulfill({ contentType: 'text/javascript', body: `(${stripeJs})()` })
    })
    await context.route('https://api.stripe.com/**', async (route) => {
      const { intent, card, back } = route.request().postDataJSON() as Record<string, string>
      const headers = { 'access-control-allow-origin': '*' }
      await stripe.paymentIntents
        .confirm(intent!, { payment_method: card!, return_url: back! })
        .then(() => route.fulfill({ headers, json: {} }))
        .catch(({ type, message }: Error & { type: string }) =>
          route.fulfill({ headers, json: { error: { type, message } } }),
        )
    })
    return scripts
  }
})

/** As much of Stripe.js as a shop sees of it: a form that the secret belongs to, and a promise that ends with a refusal or without one. */
const stripeJs = `() => {
  window.Stripe = () => ({
    elements: ({ clientSecret }) => {
      const elements = { clientSecret, create() {
        const listeners = {}
        return {
          on: (event, listener) => { listeners[event] = listener },
          mount(place) {
            place.innerHTML = '<label>Card number <input></label>'
            elements.input = place.querySelector('input')
            setTimeout(() => listeners.ready?.())
          },
          destroy() { elements.input.closest('label').remove() },
        }
      } }
      return elements
    },
    async confirmPayment({ elements: { clientSecret, input }, confirmParams }) {
      const body = JSON.stringify({
        intent: clientSecret.split('_secret_')[0], card: input.value, back: confirmParams.return_url,
      })
      return (await fetch('https://api.stripe.com/v1/confirm', { method: 'POST', body })).json()
    },
  })
}`

async function toThePayment(page: Page) {
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await page.getByRole('link', { name: /^Cart/ }).first().click()
  await page.getByRole('link', { name: 'Check out' }).click()
  await register(page)
  await page.getByRole('radio', { name: 'Card' }).waitFor()
}
