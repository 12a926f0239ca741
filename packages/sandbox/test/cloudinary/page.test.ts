import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { Sandbox } from '../../src/index.js'
import { launchBrowser } from '../browser.js'
import { sandboxFor } from '../support.js'
import { jpg, mp4, png } from './pictures.js'
import { dataUri, refusalOf, sdkFor, uploadBytes } from './support.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser.close())

/** The page in a window; every complaint of the browser fails the test. */
async function open(sandbox: Sandbox, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => void complaints.push(message.text()))
  page.on('pageerror', (error) => void complaints.push(error.message))
  onTestFinished(async () => {
    await context.close()
    expect(complaints).toEqual([])
  })
  await page.goto(`${sandbox.url}/uploads`)
  return page
}

it('shows what is uploaded and what was asked as it happens, and no more what was destroyed', async () => {
  const sandbox = await sandboxFor()
  const sdk = sdkFor(sandbox)
  const page = await open(sandbox)
  const files = page.getByRole('list', { name: 'Cloudinary' }).getByRole('listitem')
  await page.getByText('Nothing uploaded yet').waitFor()
  await sdk.uploader.upload(dataUri(png), { public_id: 'shop/tea', tags: ['green', 'leaf'] })
  await files.getByText('png · 40 × 30 · 201 B').waitFor()
  expect(await files.innerText()).toMatch(/shop\/tea[^]*#green #leaf/)
  const picture = files.locator('img')
  await expect
    .poll(() => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth), {
      timeout: 60_000,
    })
    .toBe(40)

  await uploadBytes(sdk, mp4, { public_id: 'film', resource_type: 'video' })
  await files.getByText('mp4 · 24 B').waitFor()
  await refusalOf(uploadBytes(sdk, Buffer.from('text')))
  const requests = page.getByRole('list', { name: 'Requests' }).getByRole('listitem')
  await requests.getByText('Invalid image file').first().click()
  await requests.getByText('POST /v1_1/ementech-sandbox/image/upload').first().waitFor()
  expect(await requests.first().innerText()).toMatch(/"file": "4 B"[^]*Answer 400/)

  await sdk.uploader.upload(dataUri(jpg), { public_id: 'shop/tea' })
  await files.getByText('jpg · 40 × 30 · 463 B').waitFor()
  await sdk.uploader.destroy('shop/tea')
  await files.getByText('shop/tea').waitFor({ state: 'detached' })
  expect(await files.count()).toBe(1)
})

it('shows what applications were told', async () => {
  const sandbox = await sandboxFor()
  const page = await open(sandbox)
  sandbox.cloudinary.faults.order({ fault: 'delayNotification', ms: 1000 })
  const notification_url = `${sandbox.url}/nowhere`
  await sdkFor(sandbox).uploader.upload(dataUri(png), { public_id: 'tea', notification_url })
  const told = page
    .getByRole('list', { name: 'Requests' })
    .getByRole('listitem')
    .filter({ hasText: '← Notification' })
  await told.getByText('waits').waitFor()
  await sandbox.clock.advance(1000)
  await told.getByText('404', { exact: true }).waitFor()
  await told.click()
  expect(await told.innerText()).toMatch(/"notification_type": "upload"[^]*"status": 404/)
})

it('a picture opens where it is delivered', async () => {
  const sandbox = await sandboxFor()
  const { secure_url } = await sdkFor(sandbox).uploader.upload(dataUri(png), { public_id: 'tea' })
  const page = await open(sandbox)
  const opened = page.waitForEvent('popup')
  await page.getByRole('link', { name: 'Open tea' }).click()
  expect((await opened).url()).toBe(secure_url)
})

it('orders a fault, and withdraws it', async () => {
  const sandbox = await sandboxFor()
  const page = await open(sandbox, { viewport: { width: 390, height: 844 } })
  await page.getByText('Faults', { exact: true }).click()
  await page.getByLabel('rateLimit: status').selectOption('429')
  await page.getByRole('button', { name: 'Order rateLimit' }).click()
  await page.getByLabel('slowAnswer: ms').fill('250')
  await page.getByRole('button', { name: 'Order slowAnswer' }).click()
  await page.getByRole('button', { name: 'Withdraw slowAnswer' }).waitFor()
  expect(sandbox.cloudinary.faults.list()).toMatchObject([
    { fault: 'rateLimit', status: 429 },
    { fault: 'slowAnswer', ms: 250 },
  ])
  await page.getByRole('button', { name: 'Withdraw rateLimit' }).click()
  await page.getByRole('button', { name: 'Withdraw rateLimit' }).waitFor({ state: 'hidden' })
  expect(sandbox.cloudinary.faults.list()).toMatchObject([{ fault: 'slowAnswer' }])
})

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

it.each(['light', 'dark'] as const)(
  'axe finds nothing to complain of, and nothing runs over the edge, when it is %s',
  async (colorScheme) => {
    const sandbox = await sandboxFor()
    const sdk = sdkFor(sandbox)
    const complaintsOf = async (page: Page, width: number) => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      await page.evaluate(axe)
      return page.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))',
      )
    }
    const visit = (width: number) =>
      open(sandbox, { colorScheme, viewport: { width, height: 844 }, bypassCSP: true })
    const empty = await visit(390)
    await empty.getByText('Nothing uploaded yet').waitFor()
    expect(await complaintsOf(empty, 390)).toEqual([])
    await sdk.uploader.upload(dataUri(png), { public_id: `${'long/'.repeat(30)}name`, tags: ['green'] })
    await refusalOf(sdk.uploader.destroy('', {}))
    sandbox.cloudinary.faults.order({ fault: 'loseAnswer' })
    for (const width of [320, 390, 1280]) {
      const page = await visit(width)
      await page.getByText('#green').waitFor()
      await page.getByText('Faults', { exact: true }).click()
      await page.getByRole('button', { name: 'Withdraw loseAnswer' }).waitFor()
      await page.getByRole('list', { name: 'Requests' }).locator('summary').first().click()
      expect(await complaintsOf(page, width)).toEqual([])
    }
  },
)
