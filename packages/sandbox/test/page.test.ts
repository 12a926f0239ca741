import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { Sandbox } from '../src/index.js'
import { launchBrowser } from './browser.js'
import { clientOf, john, merchantServer, sandboxFor } from './support.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser.close())

/** The page in a window; every complaint of the browser fails the test. */
async function open(sandbox: Sandbox, { query = '', width = 1280, height = 800 } = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height } })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => void complaints.push(message.text()))
  page.on('pageerror', (error) => void complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(sandbox.url) && !request.url().startsWith('data:'))
      complaints.push(request.url())
  })
  onTestFinished(async () => {
    await context.close()
    expect(complaints).toEqual([])
  })
  await page.goto(`${sandbox.url}/${query}`)
  return page
}

it('a person pays: sees the prompt, types the PIN, gets the SMS and the new balance', async () => {
  const sandbox = await sandboxFor()
  const shop = await merchantServer()
  const page = await open(sandbox)
  const phone = page.getByRole('region', { name: `Phone ${john}` })
  await phone.getByText('No messages yet').waitFor()

  await clientOf(sandbox).push({ Amount: 1250, AccountReference: 'ORDER-7', CallBackURL: shop.url })
  const prompt = phone.getByRole('dialog')
  await prompt.waitFor()
  expect(await prompt.innerText()).toMatch(/Ksh 1,250\.00[^]*Sandbox Shop[^]*ORDER-7/)
  expect(await prompt.locator(':focus').getAttribute('id')).toBe('pin')
  await page.keyboard.type('1234')
  await prompt.getByRole('button', { name: 'Send' }).click()

  const message = phone.getByRole('list', { name: 'Messages' }).getByRole('listitem').first()
  await message.waitFor()
  await prompt.waitFor({ state: 'hidden' })
  expect(await message.innerText()).toMatch(/[A-Z0-9]{10} Confirmed\. Ksh1,250\.00 sent to Sandbox Shop/)
  expect(await phone.getByRole('region', { name: 'Account' }).innerText()).toContain('248,750.00')
  await sandbox.clock.advance(2000)
  expect(shop.received[0]?.body.Body.stkCallback.ResultCode).toBe(0)
})

it('a finger pays on the digits of the phone', async () => {
  const sandbox = await sandboxFor()
  const page = await open(sandbox, { width: 390, height: 844 })
  await clientOf(sandbox).push()
  const prompt = page.getByRole('dialog')
  for (const digit of ['1', '2', '9', 'Delete', '3', '4'])
    await prompt.getByRole('button', { name: digit, exact: true }).click()
  await prompt.getByRole('button', { name: 'Send' }).click()
  await page
    .getByText(/Confirmed/)
    .first()
    .waitFor()
  expect(sandbox.daraja.transactions()[0]?.result?.code).toBe(0)
})

it('a keyboard alone pays with Enter, and refuses with Escape', async () => {
  const sandbox = await sandboxFor()
  const page = await open(sandbox)
  const { push } = clientOf(sandbox)
  await push()
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('1234')
  await page.keyboard.press('Enter')
  await page
    .getByText(/Confirmed/)
    .first()
    .waitFor()
  await push({ Amount: 2 })
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect(sandbox.daraja.transactions().map(({ result }) => result?.code)).toEqual([0, 1032])
})

it('asks for four digits', async () => {
  const sandbox = await sandboxFor()
  const page = await open(sandbox)
  await clientOf(sandbox).push()
  await page.getByLabel('M-Pesa PIN').fill('12')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('alert').getByText('The PIN has four digits.').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
})

it('the prompt goes away when it expires', async () => {
  const sandbox = await sandboxFor()
  const page = await open(sandbox)
  await clientOf(sandbox).push()
  await page.getByRole('dialog').getByText('60 s').waitFor()
  await sandbox.clock.advance(60_000)
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
})

it('opens the phone that the address names, or that is chosen, or typed', async () => {
  const sandbox = await sandboxFor()
  const page = await open(sandbox, { query: '?msisdn=254711000001' })
  await page.getByRole('region', { name: 'Phone 254711000001' }).waitFor()
  await page.getByLabel('Phone number').selectOption('254722000002')
  await page.getByRole('region', { name: 'Phone 254722000002' }).waitFor()
  await page.getByLabel('Phone number').selectOption('other')
  await page.getByLabel('Any Safaricom number').fill('12')
  await page.keyboard.press('Enter')
  await page.getByText('A Safaricom number looks like 0712 345 678.').waitFor()
  await page.getByLabel('Any Safaricom number').fill('0798 765 432')
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: 'Phone 254798765432' }).waitFor()
  expect(page.url()).toContain('?msisdn=254798765432')
})

it('goes to the phone that is asked, unless one was chosen: then it says so', async () => {
  const sandbox = await sandboxFor()
  const { push } = clientOf(sandbox)
  const [free, fixed] = [await open(sandbox), await open(sandbox, { query: `?msisdn=${john}` })]
  await push({ PhoneNumber: '254798765432' })
  await free.getByRole('region', { name: 'Phone 254798765432' }).getByRole('dialog').waitFor()
  await fixed.getByText('0798 765 432 is asked for the PIN.').waitFor()
  await fixed.getByRole('button', { name: 'Show' }).click()
  await fixed.getByRole('dialog').waitFor()
})

it('is switched off and on, and unlocked', async () => {
  const sandbox = await sandboxFor()
  const page = await open(sandbox)
  await page.getByRole('button', { name: 'Switch off' }).click()
  await page.getByText('This phone is off.').waitFor()
  expect(sandbox.daraja.phone(john).view().isOn).toBe(false)
  await page.getByRole('button', { name: 'Switch on' }).click()
  await page.getByText('This phone is off.').waitFor({ state: 'hidden' })

  for (const Amount of [1, 2, 3]) {
    await clientOf(sandbox).push({ Amount })
    await sandbox.daraja.phone(john).enterPin('0000')
  }
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByRole('button', { name: 'Unlock' }).waitFor({ state: 'hidden' })
  expect(sandbox.daraja.phone(john).view().isLocked).toBe(false)
})

it('shows beside the phone what goes over the wire, the ledger, and faults to order', async () => {
  const sandbox = await sandboxFor()
  const shop = await merchantServer()
  const page = await open(sandbox)
  await clientOf(sandbox).push({ Amount: 40, CallBackURL: shop.url })
  await sandbox.daraja.phone(john).enterPin('1234')
  await sandbox.clock.advance(2000)
  const traffic = page.getByRole('list', { name: 'Requests and callbacks' })
  await traffic.getByText('0 The service request is processed successfully.').click()
  await traffic.getByText('"MpesaReceiptNumber"').waitFor()
  await traffic.getByText('Ksh 40.00 · 0708 374 149 · ORDER-1').waitFor()

  await page.getByRole('tab', { name: 'Ledger' }).click()
  await page.getByRole('cell', { name: /Payment from 254708374149 for ORDER-1/ }).waitFor()

  await page.keyboard.press('ArrowRight')
  await page.getByRole('button', { name: 'Order dropCallback' }).click()
  await page.getByRole('button', { name: 'Withdraw dropCallback' }).waitFor()
  expect(sandbox.daraja.faults.list()).toMatchObject([{ fault: 'dropCallback', times: 1 }])
  await page.getByRole('button', { name: 'Withdraw dropCallback' }).click()
  await page.getByRole('button', { name: 'Withdraw dropCallback' }).waitFor({ state: 'hidden' })
})

it('on a small screen is the phone alone, and nothing runs over the edge', async () => {
  const sandbox = await sandboxFor()
  for (const width of [320, 390]) {
    const page = await open(sandbox, { width, height: 640 })
    await page.getByText('No messages yet').waitFor()
    expect(await page.getByRole('region', { name: 'Sandbox' }).isVisible()).toBe(false)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  }
})
