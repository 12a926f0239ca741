import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, launchBrowser } from '../support/browser.js'
import { root } from '../support/sources.js'
import { npmStart } from '../support/start.js'

const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')

/** Pictures of what the tests saw; `EMENTECH_SCREENSHOTS=docs/images` renews those of the README. */
const pictures = join(root, process.env.EMENTECH_SCREENSHOTS ?? 'node_modules/.cache/ementech/screenshots')

describe.skipIf(!chromiumPath)('the shop in a browser', () => {
  let running: ReturnType<typeof npmStart>
  let shopUrl: string
  let phoneUrl: string
  let browser: Browser

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    running = npmStart()
    browser = await launchBrowser()
    shopUrl = await running.line(/Shop\s+(http:\S+)/)
    phoneUrl = await running.line(/Phone\s+(http:\S+)/)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await running?.[Symbol.asyncDispose]()
  })

  it.each([
    { width: 1280, height: 900, phone: '0712 000 111', msisdn: '254712000111' },
    { width: 390, height: 844, phone: '+254 112 000 222', msisdn: '254112000222' },
  ])(
    'sells by M-Pesa at $width px: wrong PIN first, then the right one',
    async ({ phone, msisdn, ...viewport }) => {
      const shop = await open(viewport)
      const { page } = shop
      await page.goto(shopUrl)
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
      await register(page)

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
      expect(shop.faults).toEqual([])
      await shop.context.close()
      if (viewport.width === 1280) await photographTogether()
    },
  )

  it('keeps a customer signed in over a reload, and knows the order', async () => {
    const shop = await open({ width: 1280, height: 900 })
    const { page } = shop
    await page.goto(`${shopUrl}/account`)
    await page.getByRole('button', { name: 'Create account' }).click()
    await register(page)
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    await shop.context.close()
  })

  async function open(viewport: { width: number; height: number }) {
    const context: BrowserContext = await browser.newContext({ viewport })
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => {
      // The one 401 of a visitor who is not signed in yet is an answer, not a fault.
      if (message.type() === 'error' && !/status of 401/.test(message.text())) faults.push(message.text())
    })
    return { context, page, faults }
  }

  async function register(page: Page) {
    await page.getByRole('textbox', { name: 'Name' }).fill('Wanjiku Mwangi')
    await page.getByRole('textbox', { name: 'Email' }).fill(`${randomUUID()}@example.com`)
    await page.getByLabel('Password').first().fill('a long enough password')
    await page.getByRole('button', { name: 'Create account' }).click()
  }

  /** The payer's side: the sandbox's phone page, in a browser of its own. */
  async function onPhone(msisdn: string, pin: string, photographAt?: number) {
    const { context, page, faults } = await open({ width: 390, height: 844 })
    await page.goto(`${phoneUrl}/?msisdn=${msisdn}`)
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
    const { context, page } = await open({ width: 1120, height: 620 })
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

  /** axe finds nothing serious on the page as it is now. */
  async function accessible(page: Page) {
    // Moving things have half their contrast half of the time.
    await page.evaluate(
      'Promise.allSettled(document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity).map((a) => a.finished))',
    )
    await page.evaluate(axe)
    const { violations } = (await page.evaluate('axe.run()')) as {
      violations: { id: string; impact: string; nodes: { html: string }[] }[]
    }
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
  }

  /** Taken when what moves has come to rest. */
  async function photograph(page: Page, name: string) {
    await page.evaluate('scrollTo(0, 0)')
    await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' })
  }

  function status(page: Page, words: string) {
    return page.getByRole('status').filter({ hasText: words }).first().waitFor({ timeout: 20_000 })
  }
})
