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
  type Visit,
} from '../support/pages.js'

describe.skipIf(!chromiumPath)('sessions in a browser', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  const signedIn = ({ page }: Visit) => page.getByText('This device').waitFor()
  const signedOut = ({ page }: Visit) => page.getByRole('textbox', { name: 'Email' }).waitFor()

  async function newCustomer(): Promise<Visit & { email: string }> {
    const visit = await shop.open(widths[0]!, '/account')
    await visit.page.getByRole('button', { name: 'Create account' }).click()
    const email = await register(visit.page)
    await signedIn(visit)
    return { ...visit, email }
  }

  it('renews in two tabs at once, and neither is signed out, also without Web Locks', async () => {
    const { context, page, faults } = await newCustomer()
    await context.addInitScript('delete Navigator.prototype.locks; delete globalThis.BroadcastChannel')
    const answers: number[] = []
    context.on('response', (response) => {
      if (response.url().endsWith('/api/auth/refresh')) answers.push(response.status())
    })
    // Both are held until both have asked, so that the server gets one token twice.
    let release = () => {}
    const both = new Promise<void>((resolve) => (release = resolve))
    let asked = 0
    await context.route('**/api/auth/refresh', async (route) => {
      if (++asked === 2) release()
      await both
      await route.continue()
    })
    const other = await context.newPage()
    await Promise.all([page.reload(), other.goto(`${shop.urls.shop}/account`)])
    await Promise.all([page, other].map((tab) => tab.getByText('This device').waitFor()))
    expect(answers).toEqual([200, 200])
    await other.reload()
    await other.getByText('This device').waitFor()
    expect(faults).toEqual([])
    await context.close()
  })

  it('shows the other browser at once that it has been signed out everywhere', async () => {
    const home = await newCustomer()
    const phone = await shop.open(widths[1]!, '/account')
    await signIn(phone.page, { email: home.email, password })
    await signedIn(phone)
    await phone.page.evaluate(() => Object.assign(globalThis, { notReloaded: true }))
    await home.page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await Promise.all([signedOut(home), signedOut(phone)])
    expect(await phone.page.evaluate(() => 'notReloaded' in globalThis)).toBe(true)
    expect([...home.faults, ...phone.faults]).toEqual([])
    await Promise.all([home.context.close(), phone.context.close()])
  })

  it('lets a forgotten password be chosen anew by mail, once, which signs out everywhere else', async () => {
    const home = await newCustomer()
    const visit = await shop.open(widths[1]!, '/account')
    const { page } = visit
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByRole('button', { name: 'Send me a link' }).waitFor()
    await page.getByRole('textbox', { name: 'Email' }).fill(home.email)
    await accessible(page)
    await fitsTheWindow(page)
    await page.getByRole('button', { name: 'Send me a link' }).click()
    await page.getByRole('status').filter({ hasText: 'a link is on its way' }).waitFor()

    const mail = await shop.openMail(home.email, 'Choose a new password')
    const link = mail.page.frameLocator('iframe').getByRole('link', { name: 'Choose a new password' })
    const url = (await link.getAttribute('href'))!
    await mail.context.close()
    await page.goto(url)
    await page.getByLabel('Password').fill('password1')
    await page.getByRole('button', { name: 'Save and sign in' }).click()
    await page.getByRole('alert').filter({ hasText: 'among the first that are tried' }).waitFor()
    await accessible(page)
    await photograph(page, 'reset-390')
    await page.getByLabel('Password').fill('another long enough password')
    await page.getByRole('button', { name: 'Save and sign in' }).click()
    await signedIn(visit)
    await signedOut(home)

    await signIn(home.page, { email: home.email, password })
    await home.page.getByRole('alert').filter({ hasText: 'Email or password is wrong' }).waitFor()
    await home.page.goto(url)
    await home.page.getByLabel('Password').fill('yet another long password')
    await home.page.getByRole('button', { name: 'Save and sign in' }).click()
    await home.page.getByRole('alert').filter({ hasText: 'has been used or has expired' }).waitFor()
    expect([...home.faults, ...visit.faults]).toEqual([])
    await Promise.all([home.context.close(), visit.context.close()])
  })

  it('takes up an expired session without losing the cart', async () => {
    const visit = await newCustomer()
    const { page, context, email } = visit
    await page.goto(shop.urls.shop)
    await page
      .getByRole('link', { name: /Nyeri AA coffee/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await context.clearCookies({ name: 'refresh' })
    await page.goto(`${shop.urls.shop}/checkout`)
    await signedOut(visit)
    const toSignIn = page.getByRole('button', { name: 'Sign in', exact: true })
    if ((await page.getByRole('textbox', { name: 'Name' }).count()) > 0) await toSignIn.click()
    await signIn(page, { email, password })
    await page.getByRole('textbox', { name: 'M-Pesa phone number' }).waitFor()
    await page.getByText('Nyeri AA coffee').first().waitFor()
    expect(visit.faults).toEqual([])
    await context.close()
  })
})
