/** What people do: press the button, and then something on their phone or with their card. */
const CARDS = {
  pay: 'pm_card_visa',
  late: 'pm_card_visa',
  decline: 'pm_card_chargeDeclinedInsufficientFunds',
}
const MOST_PRESSES = 200

/**
 * @param {{ webUrl: string, sandbox: import('@ementech/sandbox').Sandbox, sdk: import('stripe').default,
 *   statusOf: (reference: string) => Promise<string | undefined>, signal: AbortSignal }} world
 */
export function createPayers({ webUrl, sandbox, sdk, statusOf, signal }) {
  let turn = Promise.resolve()
  const ours = new Set()

  async function payByPhone(order) {
    const phone = sandbox.daraja.phone(order.phone)
    if (order.actions[0] === 'off') await phone.turnOff()
    for (const fault of order.faults) sandbox.daraja.faults.order(fault)
    for (const [index, action] of order.actions.entries()) {
      if (index > 0) await until(async () => ['failed', 'expired'].includes(await statusOf(order.reference)))
      const payment = await press(order, ({ status }) => status !== 'created')
      // Nothing on the phone: the push has failed, or it never came so far.
      if (!phone.view().prompt) return payment
      if (action === 'pay' || action === 'poor') await phone.enterPin('1234')
      if (action === 'wrongPin') await phone.enterPin('9999')
      if (action === 'cancel') await phone.cancel()
    }
  }

  async function payByCard(order) {
    const hasAnswer = ({ status, next }) => next !== undefined || !['created', 'submitting'].includes(status)
    const { next } = await press(order, hasAnswer)
    if (!next) return
    const [intentId] = next.clientSecret.split('_secret_')
    if (order.actions[0] === 'late') await until(async () => (await statusOf(order.reference)) === 'expired')
    for (const [index, action] of order.actions.entries()) {
      const isLast = index === order.actions.length - 1
      // One at a time, so that the faults hit this order's events.
      await inTurn(async () => {
        if (action in CARDS) {
          if (isLast) orderFaults(order, action)
          await confirm(intentId, CARDS[action])
        } else {
          await confirm(intentId, 'pm_card_authenticationRequired')
          if (isLast) orderFaults(order, action)
          await sandbox.stripe.authenticate(intentId, action === 'authenticate' ? 'succeed' : 'fail')
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

  async function confirm(intentId, method) {
    const options = { payment_method: method, return_url: 'https://shop.test/back' }
    await sdk.paymentIntents.confirm(intentId, options).catch((error) => {
      if (error.type !== 'StripeCardError') throw error
    })
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
    const headers = { 'content-type': 'application/json' }
    // A connection may break, as a browser's may: the idempotency key makes it harmless to press again.
    const response = await fetch(`${webUrl}/pay`, { method: 'POST', headers, body, signal }).catch(() => {})
    if (!response) return undefined
    if (!response.ok) throw new Error(`POST /pay answered ${response.status}: ${await response.text()}`)
    return response.json()
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

  return (order) => (order.provider === 'mpesa' ? payByPhone(order) : payByCard(order))
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, 100))
}
