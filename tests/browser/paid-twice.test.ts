import { MongoClient, type Document } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import { accessible, fitsTheWindow, photograph, shopInBrowser, signIn, widths } from '../support/pages.js'
import { sandboxAt } from '../support/sandbox.js'
import { orderIs, registerCustomer, signInAdmin } from '../support/shop.js'

interface Payment extends Document {
  _id: string
  attempts: Document[]
}

describe.skipIf(!chromiumPath)('money that came twice, in a browser', { timeout: 300_000 }, () => {
  const shop = shopInBrowser()

  it.each(widths)(
    'at $width px: the office hears that one payment was paid at two attempts, and gives the second back',
    async (viewport) => {
      const sandbox = sandboxAt(new URL(shop.urls.phone).origin)
      const customer = await registerCustomer(shop.urls.shop)
      const order = await customer.order('shanga')
      const [first, second] = [0, 1].map((i) => String(254_712_500_000 + viewport.width + i)) as [
        string,
        string,
      ]
      const opening = await sandbox.balance(second)
      for (const phone of [first, second]) {
        await customer.pay(order.id, phone)
        await sandbox.enterPin(phone)
        await orderIs(customer, order.id, 'paid')
        if (phone === first) await change((db) => forget(db, order.number))
      }

      const { page, context, faults } = await shop.open(viewport, '/admin')
      await signIn(page)
      const row = page.getByRole('listitem').filter({ hasText: order.number })
      await row.getByText('Paid').waitFor()
      await row.getByText('Paid twice').first().waitFor({ state: 'detached' })
      await change((db) => joinPayments(db, order.number))
      // Nobody has loaded the list anew.
      await row.getByText('Paid twice').waitFor()
      await fitsTheWindow(page)
      await row.getByRole('link', { name: order.number }).click()
      const besides = page.getByRole('region', { name: 'Paid twice' })
      const giveBack = besides.getByRole('button', { name: /^Give .*350 back/ })
      await giveBack.waitFor()
      await accessible(page)
      await fitsTheWindow(page)
      await photograph(page, `office-paid-twice-${viewport.width}`, { fullPage: true })
      await page.emulateMedia({ colorScheme: 'dark' })
      await accessible(page)
      await photograph(page, `office-paid-twice-${viewport.width}-dark`, { fullPage: true })
      await giveBack.click()
      await besides.waitFor({ state: 'detached' })
      await page.getByRole('region', { name: 'Money given back' }).getByText('sent').waitFor()

      expect(await sandbox.balance(second)).toBe(opening)
      expect(await sandbox.received(first)).toEqual([order.total.minor])
      const seen = await (await signInAdmin(shop.urls.shop)).read(order.id)
      expect(seen).toMatchObject({ status: 'paid', stock: 'sold', overpaid: [{ refundable: 0 }] })
      expect(faults).toEqual([])
      await context.close()
    },
  )

  async function change(work: (db: ReturnType<MongoClient['db']>) => Promise<void>) {
    await using client = await MongoClient.connect(await shop.databaseUri())
    await work(client.db())
  }
})

/** As it is where the shop gave a payment up whose news came late: the customer may pay again. */
async function forget(db: ReturnType<MongoClient['db']>, number: string) {
  const unpaid = { $set: { status: 'payment_failed' }, $unset: { paidBy: 1 } } as const
  await db.collection('orders').updateOne({ number }, unpaid)
}

/**
 * Makes of two payments two attempts of the first, as it is where a late success meets a new try. That it comes to be so
 * shows examples/shop/server/test/paid-twice.test.ts.
 */
async function joinPayments(db: ReturnType<MongoClient['db']>, number: string) {
  const payments = db.collection<Payment>('payments')
  const [one, other] = await payments.find({ reference: number }).sort({ createdAt: 1 }).toArray()
  const { _id: id } = one!
  const now = new Date()
  const effect = { key: `${id}:overpaid:2`, type: 'overpaid', attemptId: '2', state: 'pending', tries: 0 }
  await db.collection('orders').updateOne({ number }, { $set: { paidBy: id, paymentId: id } })
  await payments.deleteOne({ _id: other!._id })
  await payments.updateOne(
    { _id: id },
    {
      $push: { attempts: { ...other!.attempts[0], id: '2' }, outbox: { ...effect, nextRunAt: now } } as never,
      $inc: { captured: other!.captured as number, version: 1 },
      $set: { 'flags.overpaid': true, dueAt: now },
    },
  )
}
