import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { admin } from '../../scripts/system.mjs'
import { launchBrowser } from './browser.js'
import { root } from './sources.js'
import { npmStart } from './start.js'

const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')

/** Pictures of what the tests saw; `EMENTECH_SCREENSHOTS=docs/images` renews those of the README. */
export const pictures = join(
  root,
  process.env.EMENTECH_SCREENSHOTS ?? 'node_modules/.cache/ementech/screenshots',
)

/** The two widths that every way through the shop is walked at. */
export const widths = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
]

export interface Visit {
  context: BrowserContext
  page: Page
  /** What the browser complained of. */
  faults: string[]
}

/** `npm start` and a browser, for the tests of one file. */
export function shopInBrowser() {
  let running: ReturnType<typeof npmStart>
  let browser: Browser
  const urls = { shop: '', phone: '', mail: '' }

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    running = npmStart()
    browser = await launchBrowser()
    urls.shop = await running.line(/Shop\s+(http:\S+)/)
    urls.phone = await running.line(/Phone\s+(http:\S+)/)
    urls.mail = await running.line(/Mail\s+(http:\S+)/)
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await running?.[Symbol.asyncDispose]()
  })

  return {
    urls,

    databaseUri: () => running.line(/Database\s+(mongodb:\S+)/),

    async open(viewport: { width: number; height: number }, path?: string): Promise<Visit> {
      const context = await browser.newContext({ viewport })
      // Shorter than a test may last, so that what did not come is named.
      context.setDefaultTimeout(60_000)
      const page = await context.newPage()
      const faults: string[] = []
      page.on('pageerror', (error) => faults.push(String(error)))
      page.on('console', (message) => {
        // The browser reports every refusal (wrong password, sold out); those are answers, and the page shows them.
        if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(message.text())
      })
      if (path !== undefined) await page.goto(urls.shop + path)
      return { context, page, faults }
    },

    /** The newest mail to an address, in the sandbox's mailbox, opened in a browser of its own. */
    async openMail(to: string, subject: string): Promise<Visit> {
      const visit = await this.open({ width: 1280, height: 900 })
      await visit.page.goto(urls.mail)
      await visit.page
        .getByRole('link', { name: new RegExp(`${subject}.*${to}`) })
        .first()
        .click()
      return visit
    },
  }
}

/** Registers on whichever page asks for it; gives the address. */
export async function register(page: Page, name = 'Wanjiku Mwangi'): Promise<string> {
  const email = `${randomUUID()}@example.com`
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('textbox', { name: 'Email' }).fill(email)
  await page.getByLabel('Password').first().fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
  return email
}

export const password = 'a long enough password'

/** Signs in on whichever page asks for it. */
export async function signIn(page: Page, credentials: { email: string; password: string } = admin) {
  await page.getByRole('textbox', { name: 'Email' }).fill(credentials.email)
  await page.getByLabel('Password').first().fill(credentials.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** axe finds nothing serious on the page as it is now. */
export async function accessible(page: Page) {
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

/** Nothing is wider than the window: a page that can be pushed sideways is broken on a phone. */
export async function fitsTheWindow(page: Page) {
  const [content, view] = (await page.evaluate(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )) as [number, number]
  expect(content).toBeLessThanOrEqual(view)
}

/** Taken when what moves has come to rest. */
export async function photograph(page: Page, name: string, { fullPage = false } = {}) {
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled', fullPage })
}

/** The whole page, light and dark, and axe looks at it in the dark. */
export async function photographBoth(page: Page, name: string) {
  await photograph(page, name, { fullPage: true })
  await page.emulateMedia({ colorScheme: 'dark' })
  await accessible(page)
  await photograph(page, `${name}-dark`, { fullPage: true })
  await page.emulateMedia({ colorScheme: 'light' })
}

/** The words of the order's status, wherever the page shows them. */
export function status(page: Page, words: string | RegExp) {
  return page.getByRole('status').filter({ hasText: words }).first().waitFor({ timeout: 60_000 })
}
