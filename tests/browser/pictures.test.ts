import { randomBytes } from 'node:crypto'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import { accessible, fitsTheWindow, photographBoth, shopInBrowser, signIn, widths } from '../support/pages.js'

describe.skipIf(!chromiumPath)('pictures of products in a browser', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  it.each(widths)(
    'at $width px: a picture is sent, shown in the shop in its size, and removed',
    async (viewport) => {
      const { page, context, faults } = await openProduct(viewport)
      const section = page.getByRole('region', { name: 'Picture' })
      await section.getByRole('textbox', { name: 'What the picture shows' }).fill('A tin mug, blue')
      await choose(page, 'mug.png', 'image/png', await drawnPicture(page))
      await section.getByText('The shop shows the picture from now on.').waitFor()
      await accessible(page)
      await fitsTheWindow(page)
      await section.scrollIntoViewIfNeeded()
      await photographBoth(page, `office-picture-${viewport.width}`)

      const customer = await shop.open(viewport, '/products/kikombe')
      await customer.page.getByRole('img', { name: 'A tin mug, blue' }).waitFor()
      const shown = await loaded(customer.page)
      expect(shown.address).toMatch(/\/c_fill,f_auto,h_(\d+),q_auto,w_\1\/v1\/products\/[\w-]+\.png$/)
      const asked = Number(/w_(\d+)/.exec(shown.address)![1])
      expect(asked).toBeGreaterThanOrEqual(shown.wide)
      await accessible(customer.page)
      await fitsTheWindow(customer.page)
      await photographBoth(customer.page, `shop-picture-${viewport.width}`)
      expect(customer.faults).toEqual([])
      await customer.context.close()

      await section.getByRole('textbox', { name: 'What the picture shows' }).fill('A tin mug, green')
      await section.getByRole('button', { name: 'Save the description' }).click()
      await section.getByText('Saved.').waitFor()
      await section.getByRole('button', { name: 'Remove the picture' }).click()
      await section.getByText('The picture is gone.').waitFor()
      expect((await page.request.get(shown.address)).status()).toBe(404)
      await section.getByRole('button', { name: 'Choose a picture' }).waitFor()
      expect(faults).toEqual([])
      await context.close()
    },
  )

  it.each(widths)(
    'at $width px: what is no picture, what is too large and what is canceled is not stored, and says so',
    async (viewport) => {
      const { page, context, faults } = await openProduct(viewport)
      const section = page.getByRole('region', { name: 'Picture' })
      await choose(page, 'notes.txt', 'text/plain', Buffer.from('notes'))
      await section.getByRole('alert').filter({ hasText: 'This is no picture' }).waitFor()
      // It says that it is a picture; the server looks.
      await choose(page, 'photo.png', 'image/png', Buffer.from('<script>alert(1)</script>'))
      await section.getByRole('alert').filter({ hasText: 'This is no picture' }).waitFor()
      await choose(page, 'huge.png', 'image/png', Buffer.alloc(5 * 1024 * 1024 + 1))
      await section.getByRole('alert').filter({ hasText: 'larger than 5 MB' }).waitFor()
      await accessible(page)
      await photographBoth(page, `office-picture-refused-${viewport.width}`)

      // A phone in a bad place: there is time to think again.
      const network = await context.newCDPSession(page)
      await network.send('Network.enable')
      const slow = { offline: false, latency: 20, downloadThroughput: -1, uploadThroughput: 150_000 }
      await network.send('Network.emulateNetworkConditions', slow)
      const large = Buffer.concat([await drawnPicture(page), randomBytes(3_000_000)])
      await choose(page, 'large.png', 'image/png', large)
      const progress = section.getByRole('progressbar', { name: 'Sending the picture' })
      await expect.poll(() => progress.getAttribute('value').then(Number)).toBeGreaterThan(0)
      await accessible(page)
      await photographBoth(page, `office-picture-sending-${viewport.width}`)
      await section.getByRole('button', { name: 'Cancel' }).click()
      await section.getByText('Canceled. Nothing was stored.').waitFor()
      await section.getByRole('button', { name: 'Choose a picture' }).waitFor()
      expect(await section.locator('img').getAttribute('src')).toBe('/pictures/kikombe.svg')
      expect(faults).toEqual([])
      await context.close()
    },
  )

  async function openProduct(viewport: { width: number; height: number }) {
    const visit = await shop.open(viewport, '/admin/products')
    await signIn(visit.page)
    await visit.page.getByRole('link', { name: 'Enamel mug' }).click()
    await visit.page.getByRole('region', { name: 'Picture' }).waitFor()
    return visit
  }
})

async function choose(page: Page, name: string, mimeType: string, buffer: Buffer) {
  await page.locator('input[type=file]').setInputFiles({ name, mimeType, buffer })
}

/** A picture that the browser paints: what it cannot show, it would not have made. */
async function drawnPicture(page: Page): Promise<Buffer> {
  const address = (await page.evaluate(`(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1200, height: 1200 })
    const context = canvas.getContext('2d')
    context.fillStyle = '#dfe8ee'
    context.fillRect(0, 0, 1200, 1200)
    context.fillStyle = '#27577f'
    context.fillRect(380, 360, 440, 560)
    context.lineWidth = 60
    context.strokeStyle = '#27577f'
    context.beginPath()
    context.arc(840, 620, 150, -Math.PI / 2, Math.PI / 2)
    context.stroke()
    return canvas.toDataURL('image/png')
  })()`)) as string
  return Buffer.from(address.split(',')[1]!, 'base64')
}

/** Which of its sizes the browser has chosen, and how wide it shows it. */
async function loaded(page: Page) {
  const look = () =>
    page.evaluate(`(() => {
      const image = document.querySelector('article img')
      return { address: image.currentSrc, natural: image.naturalWidth, wide: image.width }
    })()`) as Promise<{ address: string; natural: number; wide: number }>
  await expect.poll(async () => (await look()).natural).toBeGreaterThan(0)
  return look()
}
