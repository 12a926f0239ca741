import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { launchBrowser } from './browser.js'
import { clientOf, john, merchantServer, sandboxFor } from './support.js'
import { initiatorOf } from './support-initiator.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser.close())

const widths = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
]

/** The page, over a sandbox whose merchant takes every payment. */
async function open(viewport: { width: number; height: number }) {
  const sandbox = await sandboxFor({ timeScale: 20 })
  const shop = await merchantServer()
  const initiator = initiatorOf(sandbox, shop.url)
  await initiator.register({})
  const context = await browser.newContext({ viewport })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => void complaints.push(error.message))
  onTestFinished(async () => {
    await context.close()
    expect(complaints).toEqual([])
  })
  await page.goto(sandbox.url)
  return { sandbox, shop, page }
}

const photograph = (page: Page, name: string) =>
  process.env.PICTURES ? page.screenshot({ path: `${process.env.PICTURES}/${name}.png` }) : undefined

it.each(widths)('at $width px: a person pays a bill of the M-PESA menu with the PIN', async (viewport) => {
  const { sandbox, page } = await open(viewport)
  await page.getByRole('button', { name: 'Pay a bill' }).click()
  const sheet = page.getByRole('dialog', { name: 'Pay a bill' })
  expect(await sheet.getByLabel('Business number').inputValue()).toBe('174379')
  await sheet.getByLabel('Account number').fill('K7QX2P')
  await sheet.getByLabel('Amount').fill('150')
  await sheet.getByRole('button', { name: 'Pay' }).click()
  await sheet.getByText('The PIN has four digits.').waitFor()
  await sheet.getByLabel('PIN').fill('9999')
  await photograph(page, `bill-${viewport.width}`)
  await sheet.getByRole('button', { name: 'Pay' }).click()
  await sheet.getByText('This is not the PIN.').waitFor()
  await sheet.getByLabel('PIN').fill('1234')
  await page.keyboard.press('Enter')
  await sheet.waitFor({ state: 'hidden' })
  await page.getByText('Ksh150.00 sent to Sandbox Shop for account K7QX2P').first().waitFor()
  expect(sandbox.daraja.customerPayments()).toMatchObject([{ account: 'K7QX2P', ending: 'completed' }])
  await photograph(page, `paid-${viewport.width}`)
})

it.each(widths)('at $width px: a code is scanned from a picture, or from its text', async (viewport) => {
  const { sandbox, page } = await open(viewport)
  const fields = { MerchantName: 'Soko', RefNo: 'K7QX2P', Amount: 150, TrxCode: 'PB', CPI: '174379' }
  const { json } = await clientOf(sandbox).post('/mpesa/qrcode/v1/generate', { ...fields, Size: '300' })
  await page.getByRole('button', { name: 'Scan' }).click()
  const sheet = page.getByRole('dialog', { name: 'Scan a code' })
  await photograph(page, `scan-empty-${viewport.width}`)
  await sheet.getByLabel('or paste its text').fill('https://example.com')
  await page.keyboard.press('Tab')
  await sheet.getByText('This is no QR code of the sandbox.').waitFor()
  const buffer = Buffer.from(String(json.QRCode), 'base64')
  await sheet.getByLabel('Choose a picture').setInputFiles({ name: 'qr.png', mimeType: 'image/png', buffer })
  await sheet.getByText('It asks for Ksh 150.00 for Sandbox Shop.').waitFor()
  expect(await sheet.getByLabel('Account number').inputValue()).toBe('K7QX2P')
  expect(await page.locator(':focus').getAttribute('id')).toBe('bill-pin')
  await page.keyboard.type('1234')
  await photograph(page, `scan-${viewport.width}`)
  await page.keyboard.press('Enter')
  await page.getByText('Ksh150.00 sent to Sandbox Shop for account K7QX2P').first().waitFor()
  const [payment] = sandbox.daraja.customerPayments()
  expect(payment).toMatchObject({ msisdn: john, account: 'K7QX2P', amount: 150 })
})

it.each(widths)(
  'at $width px: shows the accounts, every callback with its body, and orders a fault for one operation',
  async (viewport) => {
    const { sandbox, page, shop } = await open(viewport)
    await sandbox.daraja.phone(john).pay({ amount: 150, account: 'K7QX2P' })
    await shop.count(2)
    if (viewport.width < 820) await page.getByRole('button', { name: 'Requests, accounts' }).click()
    const desk = page.getByRole('region', { name: 'Sandbox' })
    await desk.getByText('C2B validation').waitFor()
    await desk.getByText('C2B confirmation').click()
    await desk.getByText('"BillRefNumber": "K7QX2P"').first().waitFor()
    await photograph(page, `traffic-${viewport.width}`)

    await desk.getByRole('tab', { name: 'Accounts' }).click()
    const row = desk.getByRole('row', { name: /174379 Utility/ })
    await row.getByText('Ksh 150.00').waitFor()
    await photograph(page, `accounts-${viewport.width}`)

    await desk.getByRole('tab', { name: 'Faults' }).click()
    const fault = desk.getByRole('listitem').filter({ hasText: 'dropCallback' })
    await fault.getByLabel('dropCallback: at').selectOption({ label: 'C2B' })
    await fault.getByRole('button', { name: 'Order dropCallback' }).click()
    await fault.getByText('1 ordered').waitFor()
    expect(sandbox.daraja.faults.list()).toMatchObject([{ fault: 'dropCallback', on: 'c2bSimulate' }])
    await photograph(page, `faults-${viewport.width}`)
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(overflow).toBeLessThanOrEqual(0)
  },
)
