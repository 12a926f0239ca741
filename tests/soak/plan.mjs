/**
 * What is to happen in a soak run, all of it from one seed: who pays how, what goes wrong on the way, when workers die.
 * Each order has a random sequence of its own, so that the plan does not depend on the order in which things happen.
 */
import { createHash } from 'node:crypto'

/**
 * @typedef {object} Order
 * @property {number} number
 * @property {string} reference
 * @property {'mpesa' | 'stripe'} provider
 * @property {{ minor: number, currency: string }} amount
 * @property {string} [phone]
 * @property {string[]} actions what the payer does, attempt after attempt
 * @property {boolean} isImpatient presses the button three times at once
 * @property {'all' | 'part' | 'parts'} [refund] asked for once it is paid; `parts` are two at the same time
 * @property {object[]} faults ordered from the sandbox before the payer's last action (Stripe), or before the first (M-Pesa)
 */

/** Faults of calls, which may hit any order: they are ordered from the sandbox at their time. */
const WEATHER = {
  mpesa: [
    { fault: 'spikeArrest', on: 'stkQuery' },
    { fault: 'systemBusy', on: 'stkQuery' },
    { fault: 'firewallPage', on: 'stkQuery' },
    { fault: 'loseAnswer', on: 'stkQuery' },
    { fault: 'slowAnswer', on: 'stkQuery', ms: 5_000 },
    { fault: 'invalidateToken', on: 'stkQuery' },
    { fault: 'spikeArrest', on: 'stkPush' },
    { fault: 'systemBusy', on: 'stkPush' },
    { fault: 'invalidateToken', on: 'stkPush' },
    { fault: 'dropCallback', on: 'reversal' },
    { fault: 'duplicateCallback', on: 'reversal' },
    { fault: 'systemBusy', on: 'reversal' },
    { fault: 'invalidateToken', on: 'reversal' },
  ],
  stripe: [
    { fault: 'rateLimit', on: 'GET /v1/payment_intents/:id' },
    { fault: 'serverError', on: 'GET /v1/payment_intents/:id' },
    { fault: 'loseAnswer', on: 'GET /v1/payment_intents/:id' },
    { fault: 'slowAnswer', on: 'GET /v1/payment_intents/:id', ms: 5_000 },
    { fault: 'rateLimit', on: 'POST /v1/payment_intents' },
    { fault: 'serverError', on: 'POST /v1/payment_intents' },
    { fault: 'loseAnswer', on: 'POST /v1/payment_intents' },
    { fault: 'loseAnswer', on: 'POST /v1/refunds' },
    { fault: 'serverErrorAfter', on: 'POST /v1/refunds' },
    { fault: 'rateLimit', on: 'POST /v1/refunds' },
    { fault: 'loseAnswer', on: 'POST /v1/checkout/sessions' },
  ],
}

/** Of a hundred payers, so many do this. */
const BY_PHONE = [
  [72, ['pay']],
  [6, ['cancel', 'pay']],
  [4, ['wrongPin', 'pay']],
  [4, ['ignore', 'pay']],
  [4, ['cancel']],
  [3, ['ignore']],
  [4, ['poor']],
  [3, ['off']],
]
const BY_CARD = [
  [68, ['pay']],
  [8, ['decline', 'pay']],
  [8, ['authenticate']],
  [3, ['refuse', 'authenticate']],
  [4, ['decline']],
  [4, []],
  [5, ['late']],
]

/** @param {{ seed: string, payments: number, workers: number }} options */
export function makePlan({ seed, payments, workers }) {
  const orders = Array.from({ length: payments }, (_, number) => planOrder(number, randomOf(seed, number)))
  const random = randomOf(seed, 'process')
  // Not in the last tenth: then it is their absence that would be tested.
  const moments = (count) =>
    Array.from({ length: count }, () => Math.floor(random() * payments * 0.9)).sort((a, b) => a - b)
  const kills = moments(Math.max(4, Math.round(payments / 60))).map((after) => ({
    after,
    worker: Math.floor(random() * workers),
  }))
  const weather = moments(Math.max(8, Math.round(payments / 25))).map((after) => {
    const provider = random() < 0.5 ? 'mpesa' : 'stripe'
    const order = { ...pick(WEATHER[provider], random), times: 1 + Math.floor(random() * 3) }
    return { after, provider, order }
  })
  return { seed, orders, kills, weather }
}

/** The plan in a few lines, and a fingerprint of all of it. */
export function describePlan(plan) {
  const { seed, orders, kills, weather } = plan
  const fingerprint = createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 16)
  const count = (names) => {
    const counts = new Map()
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
    return [...counts].map(([name, times]) => `${name} ${times}`).join(', ')
  }
  const of = (provider) => orders.filter((order) => order.provider === provider)
  const wishes = (provider) => count(of(provider).map(({ actions }) => actions.join(' then ') || 'nothing'))
  const refunds = count(orders.flatMap(({ provider, refund }) => (refund ? [`${provider} ${refund}`] : [])))
  const faults = (provider) => count(of(provider).flatMap(({ faults }) => faults.map(({ fault }) => fault)))
  return [
    `plan ${fingerprint} of seed ${seed}: ${orders.length} orders`,
    `  by phone   ${wishes('mpesa')}`,
    `  callbacks  ${faults('mpesa')}`,
    `  by card    ${wishes('stripe')}`,
    `  events     ${faults('stripe')}`,
    `  refunds    ${refunds}`,
    `  calls      ${count(weather.map(({ order }) => order.fault))}`,
    `  kills      ${kills.map(({ after, worker }) => `${after}:${worker}`).join(' ')}`,
  ].join('\n')
}

/** @returns {Order} */
function planOrder(number, random) {
  const isPhone = number % 2 === 0
  const common = { number, reference: `SOAK${number}`, isImpatient: random() < 0.06 }
  const actions = weighted(isPhone ? BY_PHONE : BY_CARD, random)
  if (isPhone) {
    const shillings = actions[0] === 'poor' ? 15_000 : 1 + Math.floor(random() * 900)
    const phone = `0710${String(number).padStart(6, '0')}`
    const faults = callbackFaults(random).map((fault) => ({ ...fault, msisdn: phone }))
    const refund = wantsBack(actions) && random() < 0.08 ? 'all' : undefined
    return {
      ...common,
      provider: 'mpesa',
      amount: minor(shillings * 100, 'KES'),
      phone,
      actions,
      faults,
      refund,
    }
  }
  const currency = pick(['USD', 'EUR', 'KES', 'JPY'], random)
  const amount = minor(5_000 + Math.floor(random() * 90_000), currency)
  const isLate = actions[0] === 'late'
  const faults = eventFaults(random, isLate)
  const refund = wantsBack(actions) && random() < 0.14 ? pick(['all', 'part', 'parts'], random) : undefined
  return { ...common, provider: 'stripe', amount, actions, faults, refund }
}

/** Only of what was surely paid. */
function wantsBack(actions) {
  return ['pay', 'authenticate'].includes(actions.at(-1))
}

/** A push whose answer is lost is known by its callback alone: that one is not lost as well. */
function callbackFaults(random) {
  const faults = []
  const isLost = random() < 0.04
  if (isLost) faults.push({ fault: 'loseAnswer', on: 'stkPush' })
  if (random() < 0.12) faults.push({ fault: 'duplicateCallback', copies: 1 + Math.floor(random() * 3) })
  const other = random()
  if (other < 0.08) faults.push({ fault: 'reorderCallback' })
  else if (other < 0.18) faults.push({ fault: 'delayCallback', ms: 5_000 + Math.floor(random() * 60_000) })
  else if (other < 0.23) faults.push({ fault: 'lateCallback' })
  else if (other < 0.33 && !isLost) faults.push({ fault: 'dropCallback' })
  return faults
}

/** Who pays after we gave up is known by the event alone: it may never be delivered, but Stripe has it in its list. */
function eventFaults(random, isLate) {
  const faults = []
  if (random() < 0.12) faults.push({ fault: 'duplicateDelivery', copies: 1 + Math.floor(random() * 3) })
  const other = random()
  if (other < 0.08) faults.push({ fault: 'reorderDelivery' })
  else if (other < 0.18) faults.push({ fault: 'delayDelivery', ms: 5_000 + Math.floor(random() * 60_000) })
  else if (other < 0.22) faults.push({ fault: 'corruptSignature' })
  else if (other < 0.28) faults.push({ fault: 'dropDelivery' })
  else if (other < 0.33 && !isLate) faults.push({ fault: 'suppressEvent' })
  return faults
}

function minor(amount, currency) {
  return { minor: amount, currency }
}

function weighted(table, random) {
  let left = random() * table.reduce((sum, [weight]) => sum + weight, 0)
  return table.find(([weight]) => (left -= weight) < 0)[1]
}

function pick(list, random) {
  return list[Math.floor(random() * list.length)]
}

/** Numbers from 0 to 1 that follow from seed and name alone (mulberry32). */
export function randomOf(seed, name) {
  let state = createHash('sha256').update(`${seed}/${name}`).digest().readUInt32LE(0)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
