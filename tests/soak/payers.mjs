/** What people do: press the button, and then something on their phone or with their card. */
const CARDS = {
  pay: { method: 'pm_card_visa', number: '4242424242424242' },
  late: { method: 'pm_card_visa', number: '4242424242424242' },
  decline: { method: 'pm_card_chargeDeclinedInsufficientFunds', number: '4000000000009995' },
}
const TO_AUTHENTICATE = { method: 'pm_card_authenticationRequired', number: '4000002760003184' }
const MOST_PRESSES = 200
const ENDED = ['succeeded', 'failed', 'expired', 'canceled']
const POST = { method: 'POST', headers: { 'content-type': 'application/json' } }

/**
 * @param {{ webUrl: string, sandbox: import('@ementech/sandbox').Sandbox, sdk: import('stripe').default,
 *   statusOf: (reference: string) => Promise<string | undefined>, signal: AbortSignal }} world
 */
export function createPayers({ webUrl, sandbox, sdk, statusOf, signal }) {
  let turn = Promise.resolve()
  const ours = new Set()
  const ids = new Map()

  async function payByPhone(order) {
    const phone = sandbox.daraja.phone(order.phone)
    if (order.actions[0] === 'off') await phone.turnOff()
    for (const fault of order.faults) sandbox.daraja.faults.order(fault)
    for (const [index, action] of order.actions.entries()) {
      if (index > 0) await until(async () => ['failed', 'expired'].includes(await statusOf(order.reference)))
      // Of three presses at once one may see the others under way, and they may come to nothing.
      do await press(order, ({ status }) => status !== 'created')
      while ((await statusOf(order.reference)) === 'created')
      // Nothing on the phone: the push has failed, or it never came so far.
      if (!phone.view().prompt) return
      if (action === 'pay' || action === 'poor') await phone.enterPin('1234')
      if (action === 'wrongPin') await phone.enterPin('9999')
      if (action === 'cancel') await phone.cancel()
    }
  }

  async function payByCard(order) {
    const hasAnswer = ({ status, next }) => next !== undefined || !['created', 'submitting'].includes(status)
    const { next, attempts } = await press(order, hasAnswer)
    if (!next) return
    const card = next.url
      ? onPage(attempts.at(-1).providerRef)
      : inForm(next.clientSecret.split('_secret_')[0])
    if (order.actions[0] === 'late') await until(async () => (await statusOf(order.reference)) === 'expired')
    for (const [index, action] of order.actions.entries()) {
      const isLast = index === order.actions.length - 1
      // One at a time, so that the faults hit this order's events.
      await inTurn(async () => {
        if (action in CARDS) {
          if (isLast) orderFaults(order, action)
          await card.enter(CARDS[action])
        } else {
          await card.enter(TO_AUTHENTICATE)
          if (isLast) orderFaults(order, action)
          await card.authenticate(action === 'authenticate' ? 'succeed' : 'fail')
        }
        for (const { id } of sandbox.stripe.faults.list()) if (ours.has(id)) sandbox.stripe.faults.clear(id)
        ours.clear()
      })
    }
  }

  function orderFaults({ faults }, action) {
    const type = action === 'decline' ? 'payment_intent.payment_failed' : 'payment_intent.succeeded'
    for (const fault of faults) ours.add(sandbox.stripe.faults.order({ ...fault, type }).id)
  }

  /** The shop's own form, which Stripe.js confirms. */
  function inForm(intentId) {
    return {
      async enter({ method }) {
        const options = { payment_method: method, return_url: 'https://shop.test/back' }
        await sdk.paymentIntents.confirm(intentId, options).catch((error) => {
          if (error.type !== 'StripeCardError') throw error
        })
      },
      authenticate: (outcome) => sandbox.stripe.authenticate(intentId, outcome),
    }
  }

  /** Stripe's page. */
  function onPage(sessionId) {
    const checkout = sandbox.stripe.checkout(sessionId)
    return {
      enter: ({ number: card }) => checkout.pay({ card, email: 'payer@shop.test' }),
      authenticate: (outcome) => checkout.authenticate(outcome),
    }
  }

  /** Asks for the money back, until it is certain that the shop has heard it. */
  async function refund({ reference, refund: wish, amount: { minor, currency } }) {
    let status
    await until(async () => ENDED.includes((status = await statusOf(reference))))
    if (status !== 'succeeded') return
    const part = wish === 'all' ? {} : { minor: Math.floor(minor / 3), currency }
    const ask = async (key) => {
      const body = JSON.stringify({ id: ids.get(reference), key, ...part })
      await until(async () => {
        const answer = await fetch(`${webUrl}/refund`, { ...POST, body, signal }).catch(() => {})
        // 409: M-Pesa's receipt was in a callback that never came.
        return answer?.ok || answer?.status === 409
      })
    }
    await Promise.all((wish === 'parts' ? ['one', 'two'] : ['one']).map(ask))
  }

  /** The button, again and again until there is an answer: an order that could not be sent is still open. */
  async function press(order, isAnswered) {
    for (let presses = 0; presses < MOST_PRESSES; presses++) {
      signal.throwIfAborted()
      const answers = await Promise.all(Array.from({ length: order.isImpatient ? 3 : 1 }, () => post(order)))
      const answered = answers.find((payment) => payment && isAnswered(payment))
      if (answered) return answered
      await pause()
    }
    throw new Error(`${order.reference} was never answered`)
  }

  async function post(order) {
    const { reference, provider, amount, phone } = order
    const body = JSON.stringify({ reference, provider, amount, phone })
    // A connection may break, as a browser's may: the idempotency key makes it harmless to press again.
    const response = await fetch(`${webUrl}/pay`, { ...POST, body, signal }).catch(() => {})
    if (!response) return undefined
    if (!response.ok) throw new Error(`POST /pay answered ${response.status}: ${await response.text()}`)
    const payment = await response.json()
    ids.set(reference, payment.id)
    return payment
  }

  async function until(check) {
    while (!(await check())) {
      signal.throwIfAborted()
      await pause()
    }
  }

  function inTurn(work) {
    const mine = turn.then(work)
    turn = mine.catch(() => {})
    return mine
  }

  return async (order) => {
    await (order.provider === 'mpesa' ? payByPhone(order) : payByCard(order))
    if (order.refund) await refund(order)
  }
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, 100))
}
