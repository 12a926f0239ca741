import { describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import { accessible, fitsTheWindow, photograph, shopInBrowser, widths } from '../support/pages.js'

describe.skipIf(!chromiumPath)('the shelves in a browser', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  it.each(widths)('at $width px: are searched by words, shelf and price, and sorted', async (viewport) => {
    const { page, context, faults } = await shop.open(viewport, '/')
    const names = () => page.locator('main .card-name').allInnerTexts()
    await page.getByRole('link', { name: 'Nyeri AA coffee' }).waitFor()
    await page.getByRole('searchbox', { name: 'Search the shop' }).fill('tea')
    await page.getByRole('button', { name: 'Search' }).click()
    await page
      .getByRole('status')
      .filter({ hasText: /^2 things found/ })
      .waitFor()
    expect(await names()).toEqual(['Kericho purple tea', 'Enamel mug'])
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('Price, low first')
    await expect.poll(names).toEqual(['Enamel mug', 'Kericho purple tea'])
    await accessible(page)
    await fitsTheWindow(page)
    await photograph(page, `search-${viewport.width}`)

    // The address is the search: a friend who is sent it sees the same.
    await page.reload()
    await page
      .getByRole('status')
      .filter({ hasText: /^2 things found/ })
      .waitFor()
    await page.getByRole('spinbutton', { name: 'At most (KES)' }).fill('500')
    await page.getByRole('button', { name: 'Search' }).click()
    await expect.poll(names).toEqual(['Enamel mug'])
    await page.getByRole('button', { name: 'To wear' }).click()
    await page.getByText('Nothing like this on our shelves today.').waitFor()
    await accessible(page)
    expect(faults).toEqual([])
    await context.close()
  })
})
