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
  type Visit,
} from '../support/pages.js'
import { sandboxAt } from '../support/sandbox.js'
import { askNow, signInAdmin, until } from '../support/shop.js'

type Sandbox = ReturnType<typeof sandboxAt>

/** What a way to pay, or not to pay, is played with. */
interface Scene {
  handset: Page
  phone: string
  sandbox: Sandbox
  /** The worker asks M-Pesa what became of it. */
  ask(): Promise<void>
  /** The customer's page. */
  page: Page
}

interface Outcome {
  name: string
  slug: string
  /** The phone of somebody who is poor. */
  phone?: string
  /** Ordered from the sandbox before the payer does anything. */
  play(scene: Scene): Promise<void>
  status: 'paid' | 'payment_failed'
  /** What the customer reads, in English and in Swahili. */
  en: RegExp
  sw: RegExp
}

const minutes = 60_000
const wasCancelled = {
  en: /The payment was cancelled, or the request ran out\. You can try again\./,
  sw: /Malipo yalighairiwa, au muda wa ombi uliisha\. Unaweza kujaribu tena\./,
}

const outcomes: Outcome[] = [
  {
    name: 'the right PIN',
    slug: 'right',
    play: ({ handset }) => typePin(handset, '1234'),
    status: 'paid',
    en: /M-Pesa receipt [A-Z0-9]{10}/,
    sw: /Risiti ya M-Pesa [A-Z0-9]{10}/,
  },
  {
    name: 'a wrong PIN',
    slug: 'wrong',
    play: ({ handset }) => typePin(handset, '4321'),
    status: 'payment_failed',
    en: /The M-Pesa PIN was wrong\. Try again\./,
    sw: /PIN ya M-Pesa si sahihi\. Jaribu tena\./,
  },
  {
    name: 'a prompt that the payer cancels',
    slug: 'cancelled',
    play: async ({ handset }) => handset.getByRole('button', { name: 'Cancel' }).click(),
    status: 'payment_failed',
    ...wasCancelled,
  },
  {
    name: 'a prompt that nobody answers',
    slug: 'unanswered',
    async play({ handset, sandbox }) {
      await sandbox.advance(minutes)
      await handset.getByRole('dialog').waitFor({ state: 'hidden' })
      // Its callback takes a moment.
      await sandbox.advance(5_000)
    },
    status: 'payment_failed',
    en: /No answer came from your phone\. See that it is on and has network, then try again\./,
    sw: /Hatukupata jibu kutoka kwenye simu yako\./,
  },
  {
    name: 'too little money',
    slug: 'poor',
    phone: '254722000002',
    play: ({ handset }) => typePin(handset, '1234'),
    status: 'payment_failed',
    en: /There is not enough money in your M-Pesa account\. Top up and try again\./,
    sw: /Huna salio la kutosha kwenye M-Pesa\. Ongeza salio kisha ujaribu tena\./,
  },
  {
    name: 'a callback that comes when the order was given up',
    slug: 'late',
    async play({ handset, sandbox, phone, page, ask }) {
      await sandbox.fault({ fault: 'delayCallback', msisdn: phone, ms: 5 * minutes })
      await typePin(handset, '1234')
      await sandbox.advance(minutes)
      await sandbox.fault({ fault: 'contradictQuery', msisdn: phone, resultCode: 1032 })
      await ask()
      await status(page, 'Payment failed')
      await status(page, wasCancelled.en)
      await sandbox.advance(5 * minutes)
    },
    status: 'paid',
    en: /M-Pesa receipt [A-Z0-9]{10}/,
    sw: /Risiti ya M-Pesa [A-Z0-9]{10}/,
  },
  {
    name: 'a callback that is lost',
    slug: 'lost',
    async play({ handset, sandbox, phone, page, ask }) {
      await sandbox.fault({ fault: 'dropCallback', msisdn: phone })
      await typePin(handset, '1234')
      await sandbox.advance(minutes)
      await status(page, 'Waiting for your PIN')
      await ask()
    },
    status: 'paid',
    en: /We have your payment/,
    sw: /Tumepokea malipo yako/,
  },
]

describe.skipIf(!chromiumPath)('M-Pesa in a browser, with', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  describe.each(widths)('$width px:', (viewport) => {
    let customer: Visit
    let handset: Visit
    let email: string
    let sandbox: Sandbox
    let admin: Awaited<ReturnType<typeof signInAdmin>>
    let next = 254_712_300_000 + viewport.width

    beforeAll(async () => {
      sandbox = sandboxAt(new URL(shop.urls.phone).origin)
      admin = await signInAdmin(shop.urls.shop)
      customer = await shop.open(viewport, '/account')
      await customer.page.getByRole('button', { name: 'Create account' }).click()
      email = await register(customer.page)
      await customer.page.getByRole('heading', { name: 'Hello, Wanjiku Mwangi' }).waitFor()
      handset = await shop.open(widths[1]!)
    }, 180_000)
    afterAll(async () => {
      await customer?.context.close()
      await handset?.context.close()
    })

    it.each(outcomes)('$name', async ({ slug, phone = String(next++), play, ...expected }) => {
      const { page, faults } = customer
      const free = await inStock('shanga')
      const before = await sandbox.received(phone)
      await page.goto(`${shop.urls.shop}/products/shanga`)
      await page.getByRole('button', { name: 'Add to cart' }).click()
      await page.getByRole('link', { name: /^Cart/ }).first().click()
      await page.getByRole('link', { name: 'Check out' }).click()
      await page.getByRole('textbox', { name: 'M-Pesa phone number' }).fill(phone)
      await page.getByRole('button', { name: 'Pay with M-Pesa' }).click()
      await status(page, 'Waiting for your PIN')
      const id = new URL(page.url()).pathname.split('/').at(-1)!
      const { number, total } = await admin.read(id)

      await handset.page.goto(`${shop.urls.phone}/?msisdn=${phone}`)
      await handset.page.getByRole('dialog').waitFor()
      const mongoUri = await shop.databaseUri()
      const ask = () => askNow(mongoUri, number)
      await play({ handset: handset.page, phone, sandbox, ask, page })

      const isPaid = expected.status === 'paid'
      await status(page, isPaid ? 'Paid' : 'Payment failed')
      await status(page, expected.en)
      await photograph(page, `outcome-${slug}-${viewport.width}`)
      await accessible(page)
      await fitsTheWindow(page)
      await page.getByRole('button', { name: 'SW, Kiswahili' }).click()
      await status(page, isPaid ? 'Imelipwa' : 'Malipo hayakufaulu')
      await status(page, expected.sw)
      await photograph(page, `outcome-${slug}-${viewport.width}-sw`)
      await page.getByRole('button', { name: 'EN, English' }).click()
      if (!isPaid) await page.getByRole('button', { name: 'Pay again' }).waitFor()

      expect(await admin.read(id)).toMatchObject({
        status: expected.status,
        stock: isPaid ? 'sold' : 'reserved',
      })
      expect(await inStock('shanga')).toBe(free - 1)
      expect(await sandbox.received(phone)).toEqual([...before, ...(isPaid ? [total.minor] : [])])
      const mails = await until('its mails', async () => {
        const found = (await sandbox.mails(email, 0)).filter((subject) => subject.includes(number))
        return found.length >= (isPaid ? 1 : 0) && found
      })
      expect(mails).toEqual(isPaid ? [`Receipt for order ${number}`] : [])
      expect([...faults, ...handset.faults]).toEqual([])
    })

    async function inStock(slug: string): Promise<number> {
      const { products } = (await (await fetch(`${shop.urls.shop}/api/products`)).json()) as {
        products: { slug: string; stock: number }[]
      }
      return products.find((product) => product.slug === slug)!.stock
    }
  })
})

async function typePin(handset: Page, pin: string) {
  await handset.getByLabel('M-Pesa PIN').fill(pin)
  await handset.getByRole('button', { name: 'Send' }).click()
  await handset.getByRole('dialog').waitFor({ state: 'hidden' })
}
