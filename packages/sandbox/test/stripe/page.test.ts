import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type Stripe from 'stripe'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { Sandbox } from '../../src/index.js'
import { launchBrowser } from '../browser.js'
import { sandboxFor } from '../support.js'
import { sdkFor } from './support.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser.close())

/** The shop that the payer comes back to. */
async function shopServer(): Promise<string> {
  const server = createServer(
    (req, res) => void res.setHeader('content-type', 'text/html').end(`<title>${req.url}</title>`),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function visit(
  sandbox: Sandbox,
  {
    params = {},
    ...options
  }: { params?: Partial<Stripe.Checkout.SessionCreateParams> } & BrowserContextOptions = {},
) {
  const shop = await shopServer()
  const session = await sdkFor(sandbox).checkout.sessions.create({
    success_url: `${shop}/thanks?session={CHECKOUT_SESSION_ID}`,
    cancel_url: `${shop}/basket`,
    line_items: [
      {
        quantity: 2,
        price_data: { currency: 'kes', unit_amount: 125_000, product_data: { name: '<b>Coffee</b> & milk' } },
      },
    ],
    ...params,
  })
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  await page.goto(String(session.url))
  return { page, shop, session }
}

async function type(page: Page, card: string) {
  await page.getByLabel('Card number').fill(card)
  await page.getByLabel('Expiration, month and year').fill('12 / 34')
  await page.getByLabel('Security code').fill('123')
  await page.getByRole('button', { name: /^Pay/ }).click()
}

it.each([true, false])('a person pays, with JavaScript %s', async (javaScriptEnabled) => {
  const sandbox = await sandboxFor()
  const { page, shop, session } = await visit(sandbox, { javaScriptEnabled })
  expect(await page.getByRole('region', { name: 'Pay Sandbox Shop' }).innerText()).toMatch(
    /KES\s2,500\.00[^]*<b>Coffee<\/b> & milk\s+2 × KES\s1,250\.00/,
  )
  await page.getByLabel('Email').fill('amina@example.com')
  await type(page, '4242 4242 4242 4242')
  await page.waitForURL(`${shop}/thanks?session=${session.id}`)
  expect(sandbox.stripe.checkout(session.id).session).toMatchObject({
    payment_status: 'paid',
    customer_details: { email: 'amina@example.com' },
  })
})

it('a declined card stays on the page, with the reason, and another one pays', async () => {
  const sandbox = await sandboxFor()
  const { page, shop } = await visit(sandbox)
  await page.getByLabel('Email').fill('amina@example.com')
  await type(page, '4000 0000 0000 9995')
  await page.getByRole('alert').getByText('Your card has insufficient funds.').waitFor()
  expect(await page.getByLabel('Email').inputValue()).toBe('amina@example.com')
  expect(await page.locator(':focus').getAttribute('id')).toBe('card')
  await type(page, '5555 5555 5555 4444')
  await page.waitForURL(`${shop}/thanks**`)
  expect(sandbox.stripe.charges().map(({ status }) => status)).toEqual(['failed', 'succeeded'])
})

it('what cannot be a card is not tried', async () => {
  const sandbox = await sandboxFor()
  const { page } = await visit(sandbox)
  await type(page, '4242 4242 4242 4241')
  await page.getByRole('alert').getByText('Your card number is invalid.').waitFor()
  expect(sandbox.stripe.paymentIntents()).toEqual([])
})

it('digits are grouped while they are typed, and a test card is one click', async () => {
  const sandbox = await sandboxFor()
  const { page, shop } = await visit(sandbox)
  await page.getByLabel('Card number').pressSequentially('378282246310005')
  expect(await page.getByLabel('Card number').inputValue()).toBe('3782 822463 10005')
  await page.getByLabel('Expiration, month and year').pressSequentially('934')
  expect(await page.getByLabel('Expiration, month and year').inputValue()).toBe('09 / 34')
  await page.getByText('Test cards', { exact: true }).click()
  await page.getByRole('button', { name: 'Use 4242 4242 4242 4242' }).click()
  await page.keyboard.press('Enter')
  await page.waitForURL(`${shop}/thanks**`)
})

it('a payer authenticates with the bank, or fails to and is back', async () => {
  const sandbox = await sandboxFor()
  const { page, shop } = await visit(sandbox)
  await type(page, '4000 0025 0000 3155')
  await page.getByRole('button', { name: 'Fail authentication' }).click()
  await page.getByText('We are unable to authenticate your payment method.').waitFor()
  await type(page, '4000 0025 0000 3155')
  await page.getByRole('button', { name: 'Complete authentication' }).click()
  await page.waitForURL(`${shop}/thanks**`)
})

it('an intent without Checkout is authenticated on the same page, and leads back', async () => {
  const sandbox = await sandboxFor()
  const shop = await shopServer()
  const intent = await sdkFor(sandbox).paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_authenticationRequired',
    return_url: `${shop}/back?order=7`,
  })
  const page = await browser.newPage()
  onTestFinished(() => page.close())
  await page.goto(intent.next_action?.redirect_to_url?.url ?? '')
  await page.getByRole('button', { name: 'Complete authentication' }).click()
  await page.waitForURL(`${shop}/back**`)
  const query = Object.fromEntries(new URL(page.url()).searchParams)
  expect(query).toEqual({
    order: '7',
    payment_intent: intent.id,
    payment_intent_client_secret: intent.client_secret,
    redirect_status: 'succeeded',
  })
  const wrong = await fetch(`${sandbox.url}/stripe/authenticate/${intent.id}?client_secret=guess`)
  expect(wrong.status).toBe(404)
})

it('goes back to the basket, and says what is paid, expired or not there', async () => {
  const sandbox = await sandboxFor()
  const { page, shop, session } = await visit(sandbox)
  await page.getByRole('link', { name: 'Back' }).click()
  await page.waitForURL(`${shop}/basket`)
  await sandbox.stripe.checkout(session.id).pay()
  await page.goto(String(session.url))
  await page.getByRole('heading', { name: "You're all done here" }).waitFor()
  await page.getByRole('link', { name: 'Continue' }).click()
  await page.waitForURL(`${shop}/thanks**`)

  const other = await visit(sandbox)
  await sandbox.stripe.checkout(other.session.id).expire()
  await type(other.page, '4242424242424242')
  await other.page.getByRole('heading', { name: 'This page has expired' }).waitFor()
  expect((await other.page.goto(`${sandbox.url}/c/pay/cs_none`))?.status()).toBe(404)
})

it('an order that costs nothing is completed without a card', async () => {
  const sandbox = await sandboxFor()
  const free = { currency: 'usd', unit_amount: 0, product_data: { name: 'Sample' } }
  const { page, shop } = await visit(sandbox, { params: { line_items: [{ quantity: 1, price_data: free }] } })
  await page.getByRole('button', { name: 'Complete order' }).click()
  await page.waitForURL(`${shop}/thanks**`)
})

it('another site cannot pay', async () => {
  const sandbox = await sandboxFor()
  const { session } = await visit(sandbox)
  const answer = await fetch(String(session.url), {
    method: 'POST',
    headers: { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'card=4242424242424242&expiry=12%2F34&cvc=123',
  })
  expect(answer.status).toBe(403)
  expect(sandbox.stripe.charges()).toEqual([])
})

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

it.each(['light', 'dark'] as const)(
  'axe finds nothing to complain of, and nothing runs over the edge, when it is %s',
  async (colorScheme) => {
    const sandbox = await sandboxFor()
    for (const width of [320, 390, 1280]) {
      // The policy of the page allows no script of ours but its own; axe is one of the test's.
      const { page } = await visit(sandbox, {
        colorScheme,
        viewport: { width, height: 844 },
        bypassCSP: true,
      })
      await page.getByText('Test cards', { exact: true }).click()
      const complaints = async () => {
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        await page.evaluate(axe)
        return page.evaluate(
          'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))',
        )
      }
      expect(await complaints()).toEqual([])
      await type(page, '4000000000000002')
      await page.getByRole('alert').getByText('Your card was declined.').waitFor()
      expect(await complaints()).toEqual([])
      await type(page, '4000002500003155')
      await page.getByRole('button', { name: 'Complete authentication' }).waitFor()
      expect(await complaints()).toEqual([])
    }
  },
)
