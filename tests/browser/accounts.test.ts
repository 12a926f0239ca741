import { describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import {
  accessible,
  fitsTheWindow,
  password,
  photograph,
  register,
  shopInBrowser,
  signIn,
  widths,
} from '../support/pages.js'

describe.skipIf(!chromiumPath)('accounts in a browser', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  it.each(widths)(
    'at $width px: registers, stays signed in over a reload, signs out and in again',
    async (viewport) => {
      const { page, context, faults } = await shop.open(viewport, '/account')
      await accessible(page)
      await page.getByRole('button', { name: 'Create account' }).click()
      const email = await register(page)
      const signOut = page.getByRole('button', { name: 'Sign out', exact: true })
      await signOut.waitFor()
      await page.reload()
      await page.getByText('This device').waitFor()
      await accessible(page)
      await fitsTheWindow(page)
      await photograph(page, `account-${viewport.width}`)
      await signOut.click()

      await signIn(page, { email, password: 'not the password' })
      await page.getByRole('alert').filter({ hasText: 'Email or password is wrong' }).waitFor()
      await signIn(page, { email, password })
      await signOut.waitFor()
      expect(faults).toEqual([])
      await context.close()
    },
  )

  it('lists the devices of an account; one signs the other out, or all at once', async () => {
    const [viewport] = widths
    const home = await shop.open(viewport!, '/account')
    await home.page.getByRole('button', { name: 'Create account' }).click()
    const email = await register(home.page)
    await home.page.getByText('This device').waitFor()
    const phone = await shop.open(widths[1]!, '/account')
    await signIn(phone.page, { email, password })
    await phone.page.getByText('This device').waitFor()

    await home.page.reload()
    await home.page.getByRole('button', { name: /^Sign out Chrome/ }).click()
    await home.page.getByRole('button', { name: /^Sign out Chrome/ }).waitFor({ state: 'detached' })
    await phone.page.reload()
    await phone.page.getByRole('textbox', { name: 'Email' }).waitFor()

    await signIn(phone.page, { email, password })
    await phone.page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await phone.page.getByRole('textbox', { name: 'Email' }).waitFor()
    await home.page.reload()
    await home.page.getByRole('textbox', { name: 'Email' }).waitFor()
    expect([...home.faults, ...phone.faults]).toEqual([])
    await Promise.all([home.context.close(), phone.context.close()])
  })

  it.each(widths)(
    'at $width px: a forgotten password is replaced by the link of a mail, which is good once',
    async (viewport) => {
      const { page, context, faults } = await shop.open(viewport, '/account')
      await page.getByRole('button', { name: 'Create account' }).click()
      const email = await register(page)
      await page.getByRole('button', { name: 'Sign out', exact: true }).click()
      await page.getByRole('link', { name: 'Forgot your password?' }).click()
      // The page that glides away has a field of this name, too.
      await page.getByRole('button', { name: 'Send me a link' }).waitFor()
      await page.getByRole('textbox', { name: 'Email' }).fill(email)
      await accessible(page)
      await page.getByRole('button', { name: 'Send me a link' }).click()
      await page.getByRole('status').filter({ hasText: 'on its way' }).waitFor()

      const mail = await shop.openMail(email, 'Choose a new password')
      const link = mail.page.frameLocator('iframe').getByRole('link', { name: 'Choose a new password' })
      const url = (await link.getAttribute('href'))!
      await photograph(mail.page, `reset-mail-${viewport.width}`)
      await mail.context.close()

      await page.goto(url)
      await accessible(page)
      await fitsTheWindow(page)
      await page.getByLabel('Password').fill('another long password')
      await page.getByRole('button', { name: 'Save and sign in' }).click()
      await page.getByRole('button', { name: 'Sign out', exact: true }).click()
      await signIn(page, { email, password: 'another long password' })
      await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()

      await page.goto('about:blank')
      await page.goto(url)
      await page.getByLabel('Password').fill('a third long password')
      await page.getByRole('button', { name: 'Save and sign in' }).click()
      await page.getByRole('alert').filter({ hasText: 'has been used' }).waitFor()
      expect(faults).toEqual([])
      await context.close()
    },
  )

  it('says nothing of whether an address has an account', async () => {
    const { page, context } = await shop.open(widths[0]!, '/forgot')
    await page.getByRole('textbox', { name: 'Email' }).fill('nobody@example.com')
    await page.getByRole('button', { name: 'Send me a link' }).click()
    await page.getByRole('status').filter({ hasText: 'on its way' }).waitFor()
    await context.close()
  })
})
