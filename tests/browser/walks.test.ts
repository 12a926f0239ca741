import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { en } from '../../examples/shop/web/src/texts/en.js'
import { sw } from '../../examples/shop/web/src/texts/sw.js'
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
} from '../support/pages.js'

const looks = widths.flatMap((viewport) =>
  (['light', 'dark'] as const).map((colorScheme) => [viewport.width, colorScheme, viewport] as const),
)

describe.skipIf(!chromiumPath)('every page in a browser', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  it.each(looks)(
    'at %i px, %s: can be read, tabbed through and seen whole, in English and in Swahili',
    async (width, colorScheme, viewport) => {
      const { page, context, faults } = await shop.open(viewport)
      const at = `${width}-${colorScheme}`
      const go = (path: string) => page.goto(shop.urls.shop + path)
      await page.emulateMedia({ colorScheme })
      await go('/')
      await page.getByRole('link', { name: 'Nyeri AA coffee' }).waitFor()
      await look(page, `home-${at}`)
      await page.getByRole('link', { name: 'Nyeri AA coffee' }).click()
      await page.getByRole('button', { name: 'Add to cart' }).click()
      await look(page, `product-${at}`)
      await page.getByRole('link', { name: /^Cart/ }).click()
      await look(page, `cart-${at}`)
      await page.getByRole('link', { name: 'Check out' }).click()
      await page.getByRole('textbox', { name: 'Email' }).waitFor()
      await look(page, `checkout-stranger-${at}`)
      await register(page)
      await page.getByRole('textbox', { name: 'M-Pesa phone number' }).fill(phoneOf(width, colorScheme))
      await look(page, `checkout-${at}`)
      await page.getByRole('button', { name: 'Pay with M-Pesa' }).click()
      await status(page, 'Waiting for your PIN')
      await look(page, `order-${at}`)
      await page.getByRole('link', { name: /^Account/ }).click()
      await page.getByText('This device').waitFor()
      await look(page, `account-${at}`)
      await page.getByRole('link', { name: 'Your orders' }).click()
      await page.getByRole('link', { name: /^Order / }).waitFor()
      await look(page, `orders-${at}`)
      await go('/forgot')
      await page.getByRole('textbox', { name: 'Email' }).waitFor()
      await look(page, `forgot-${at}`)
      await go('/reset#no-such-token')
      await page.getByLabel('Password').fill('a long enough password')
      await page.getByRole('button', { name: 'Save and sign in' }).click()
      await page.getByRole('alert').waitFor()
      await look(page, `reset-${at}`)
      await go('/no-such-page')
      await page.getByRole('heading', { name: 'This page is not here' }).waitFor()
      await look(page, `not-found-${at}`)
      expect(faults).toEqual([])
      await context.close()
    },
  )

  it.each(looks)(
    'at %i px, %s: each page of the office can be read, tabbed through and seen whole',
    async (width, colorScheme, viewport) => {
      const { page, context, faults } = await shop.open(viewport)
      await page.emulateMedia({ colorScheme })
      await page.goto(`${shop.urls.shop}/admin`)
      await signIn(page)
      for (const name of ['Orders', 'Payments', 'Products', 'Comments']) {
        await page.getByRole('navigation', { name: 'Office' }).getByRole('link', { name }).click()
        await page.getByRole('heading', { level: 1, name }).waitFor()
        await page.locator('[aria-busy=true]').waitFor({ state: 'detached' })
        await whole(page, `office-${name.toLowerCase()}-${width}-${colorScheme}`)
        await showsFocus(page)
      }
      expect(faults).toEqual([])
      await context.close()
    },
  )
})

/** One phone asks for one PIN at a time. */
function phoneOf(width: number, colorScheme: string): string {
  return `0712 ${colorScheme === 'dark' ? '4' : '5'}0${String(width).padStart(4, '0')}`
}

/**
 * A page of the shop, in English, then in Swahili. How it is tabbed through and what things are called in Swahili is the
 * same whatever the colours: that is looked at in the light.
 */
async function look(page: Page, name: string) {
  const isLight = name.endsWith('light')
  await whole(page, name)
  if (isLight) await showsFocus(page)
  await page.getByRole('button', { name: 'SW, Kiswahili' }).click()
  expect(await inEnglish(page)).toEqual([])
  await fitsTheWindow(page)
  if (isLight) await accessible(page)
  else await photograph(page, `${name}-sw`, { fullPage: true })
  await page.getByRole('button', { name: 'EN, English' }).click()
}

async function whole(page: Page, name: string) {
  await accessible(page)
  await fitsTheWindow(page)
  await photograph(page, name, { fullPage: true })
}

const onlyEnglish = sentences(en).filter((sentence) => !sentences(sw).includes(sentence))

/** Sentences of the English shop that are on the page, as lines of their own. */
async function inEnglish(page: Page): Promise<string[]> {
  const lines = (await page.locator('body').innerText()).split('\n').map((line) => line.trim())
  return lines.filter((line) => onlyEnglish.includes(line))
}

function sentences(texts: object): string[] {
  return Object.values(texts).flatMap((text: unknown) =>
    typeof text === 'string' ? [text] : typeof text === 'object' && text ? sentences(text) : [],
  )
}

/** Whoever goes from one thing to the next by the Tab key sees where they are, all the way round. */
async function showsFocus(page: Page) {
  const round = randomUUID()
  const reached: string[] = []
  for (let ends = 0; ends < 2;) {
    await page.keyboard.press('Tab')
    const { name, seen, again } = (await page.evaluate(`(${focused})('${round}')`)) as Focused
    if (again) break
    if (name === undefined) ends++
    else reached.push(name)
    expect(seen ?? true, `the focus on ${name}`).toBe(true)
  }
  expect(reached.length).toBeGreaterThan(5)
}

interface Focused {
  name?: string
  /** It, what is drawn over it, or its label is outlined, and it is in the window. */
  seen?: boolean
  again?: boolean
}

const focused = `(round) => {
  const it = document.activeElement
  if (it === document.body) return {}
  if (it.dataset.round === round) return { again: true }
  it.dataset.round = round
  const drawn = [getComputedStyle(it), getComputedStyle(it, '::after')]
  if (it.closest('label')) drawn.push(getComputedStyle(it.closest('label')))
  const outlined = drawn.some(({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2)
  const { top, bottom, left, right } = it.getBoundingClientRect()
  const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth
  return { name: it.outerHTML.slice(0, 120), seen: outlined && inside }
}`
