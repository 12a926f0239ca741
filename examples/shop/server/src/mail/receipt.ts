import { readable, type Language } from './language.js'
import { letter } from './layout.js'
import type { Letter } from './mailer.js'

interface ReceiptOptions {
  to: string
  name: string
  language: Language
  order: {
    id: string
    number: string
    items: { name: string; quantity: number; price: Money }[]
    total: Money
  }
  /** How it was paid, as its receipt has it. */
  payment: { method: 'mpesa' | 'card'; receipt?: string | undefined }
  url: string
}

interface Money {
  minor: number
  currency: string
}

const texts = {
  en: {
    subject: (number: string) => `Receipt for order ${number}`,
    heading: (name: string) => `Thank you, ${name}`,
    paid: (number: string) => `We have your payment for order ${number} and are getting it ready.`,
    total: 'Total paid',
    method: { mpesa: 'Paid with M-Pesa', card: 'Paid by card' },
    receipt: 'Receipt number',
    action: 'See your order',
    note: 'You get this because you bought something at Soko.',
    refundSubject: (number: string) => `Refund for order ${number}`,
    refundHeading: (amount: string) => `${amount} is on its way back`,
    refunded: {
      mpesa: (number: string) => `We have sent back money for order ${number}, to the phone that paid.`,
      card: (number: string) =>
        `We have sent back money for order ${number}, to the card that paid. Banks take up to ten days to show it.`,
    },
  },
  sw: {
    subject: (number: string) => `Risiti ya oda ${number}`,
    heading: (name: string) => `Asante, ${name}`,
    paid: (number: string) => `Tumepokea malipo yako ya oda ${number} na tunaiandaa.`,
    total: 'Jumla iliyolipwa',
    method: { mpesa: 'Imelipwa kwa M-Pesa', card: 'Imelipwa kwa kadi' },
    receipt: 'Nambari ya risiti',
    action: 'Tazama oda yako',
    note: 'Umepata barua hii kwa sababu ulinunua kitu Soko.',
    refundSubject: (number: string) => `Marejesho ya oda ${number}`,
    refundHeading: (amount: string) => `${amount} inarudi kwako`,
    refunded: {
      mpesa: (number: string) => `Tumerudisha pesa za oda ${number} kwenye simu iliyolipa.`,
      card: (number: string) =>
        `Tumerudisha pesa za oda ${number} kwenye kadi iliyolipa. Benki huchukua hadi siku kumi kuzionyesha.`,
    },
  },
}

/** What a customer gets once an order is paid. */
export function receiptLetter({ to, name, language, order, payment, url }: ReceiptOptions): Letter {
  const t = texts[language]
  const amount = ({ minor, currency }: Money, times = 1) =>
    readable({ minor: minor * times, currency }, language)
  return letter(to, language, {
    subject: t.subject(order.number),
    heading: t.heading(name),
    paragraphs: [t.paid(order.number)],
    rows: [
      ...order.items.map((item) => {
        return { name: `${item.name} × ${item.quantity}`, value: amount(item.price, item.quantity) }
      }),
      { name: t.total, value: amount(order.total), strong: true },
      ...(payment.receipt ? [{ name: t.receipt, value: payment.receipt }] : []),
    ],
    action: { label: t.action, url: `${url}/orders/${order.id}` },
    notes: [`${t.method[payment.method]}.`, t.note],
  })
}

interface RefundOptions extends Pick<ReceiptOptions, 'to' | 'name' | 'language' | 'url'> {
  order: { id: string; number: string }
  amount: Money
  method: 'mpesa' | 'card'
}

/** What a customer gets once money was given back. */
export function refundLetter({ to, language, order, amount, method, url }: RefundOptions): Letter {
  const t = texts[language]
  return letter(to, language, {
    subject: t.refundSubject(order.number),
    heading: t.refundHeading(readable(amount, language)),
    paragraphs: [t.refunded[method](order.number)],
    action: { label: t.action, url: `${url}/orders/${order.id}` },
    notes: [t.note],
  })
}
