/** The desk beside the handset: requests and callbacks, the ledger, faults to order. */
export const desk = String.raw`
import { ask, byId, el, exactTimeOf, keyed, ksh, spaced } from './dom.js'

const operationNames = { oauth: 'Access token', stkPush: 'STK push', stkQuery: 'STK query', reversal: 'Reversal', transactionStatus: 'Transaction status', b2c: 'B2C', accountBalance: 'Account balance', c2bRegister: 'C2B URLs', c2bSimulate: 'C2B', qrCode: 'QR code' }

/** Draws all of the desk from one overview. */
export function showDesk(overview) {
  const { merchant, requests, callbacks, ledger, faults } = overview
  byId('merchant-name').textContent = merchant.name + ' · ' + merchant.shortcode
  byId('merchant-balance').textContent = ksh(merchant.balanceCents)
  byId('count-paid').textContent = overview.counts.paid
  byId('count-open').textContent = overview.counts.open
  byId('count-failed').textContent = overview.counts.failed
  showTraffic([...requests.map(readRequest), ...callbacks.map(readCallback)])
  keyed(byId('accounts'), overview.merchants, ({ shortcode, account }) => shortcode + ':' + account, createAccount, showAccount)
  keyed(byId('ledger'), ledger, (entry) => entry.id, createEntry)
  for (const row of byId('faults').children) showStanding(row, faults)
}

function readRequest(request) {
  const { operation, answer, method, path, status } = request
  return {
    key: 'request-' + request.id,
    atMs: request.atMs,
    direction: 'in',
    title: operationNames[operation] ?? operation,
    subtitle: summaryOf(operation, parsed(request.body), parsed(answer)),
    status: String(status),
    tone: status < 300 ? 'good' : 'bad',
    parts: [[method + ' ' + path, request.body || 'No body.'], ['Answer ' + status, answer || 'An empty body.']],
  }
}

/** The point of a request, in a few words. */
function summaryOf(operation, body, answer) {
  if (answer.errorMessage) return answer.errorCode + ' ' + answer.errorMessage
  if (answer.fault) return answer.fault.faultstring
  if (operation === 'stkPush' && answer.CheckoutRequestID) {
    return ksh(Number(body.Amount) * 100) + ' · ' + spaced(String(body.PhoneNumber)) + ' · ' + body.AccountReference
  }
  if (answer.ConversationID) return (body.CommandID ?? '') + ' · ' + (body.TransactionID ?? (body.Amount ? ksh(Number(body.Amount) * 100) : answer.ConversationID))
  if (answer.ResultCode) return answer.ResultCode + ' ' + answer.ResultDesc
  if (answer.expires_in) return 'expires in ' + answer.expires_in + ' s'
  return ''
}

function readCallback(callback) {
  const last = callback.attempts.at(-1)
  const said = callback.body?.Body?.stkCallback ?? callback.body?.Result
  const tones = { delivered: 'good', failed: 'bad', pending: 'waiting', dropped: 'quiet' }
  const answers = callback.attempts.map(({ status, answer, error }) => ['Answer ' + (status ?? ''), answer || error || 'An empty body.'])
  return {
    key: 'callback-' + callback.id,
    atMs: last?.atMs ?? callback.dueAtMs,
    direction: 'out',
    title: titleOf(callback),
    subtitle: said ? said.ResultCode + ' ' + said.ResultDesc : callback.body?.TransID ? billOf(callback.body) : '',
    status: callback.state === 'pending' ? 'waits' : callback.state === 'dropped' ? 'dropped' : String(last?.status ?? last?.error),
    tone: tones[callback.state],
    parts: [['POST ' + callback.url, callback.body], ...answers],
  }
}

function titleOf({ operation, id }) {
  if (operation === 'c2bSimulate') return id.endsWith('-validation') ? 'C2B validation' : 'C2B confirmation'
  return 'Callback' + (operation === 'stkPush' ? '' : ' · ' + (operationNames[operation] ?? ''))
}

const billOf = ({ TransID, TransAmount, BillRefNumber }) =>
  [TransID, 'Ksh' + TransAmount, ...(BillRefNumber ? [BillRefNumber] : [])].join(' · ')

function showTraffic(exchanges) {
  exchanges.sort((a, b) => b.atMs - a.atMs)
  byId('traffic-empty').hidden = exchanges.length > 0
  keyed(byId('traffic'), exchanges, (exchange) => exchange.key, createExchange, updateExchange)
}

function createExchange() {
  return el('li', {}, el('details', {},
    el('summary', {}, el('time'), el('span', { className: 'direction' }), el('span', { className: 'what' }, el('b'), el('span')), el('span', { className: 'pill' })),
    el('div', { className: 'parts' }),
  ))
}

function updateExchange(item, exchange) {
  const version = JSON.stringify(exchange)
  if (item.version === version) return
  item.version = version
  const [time, direction, what, pill] = item.querySelector('summary').children
  time.textContent = exactTimeOf(exchange.atMs)
  direction.dataset.direction = exchange.direction
  direction.textContent = exchange.direction === 'in' ? '→' : '←'
  direction.setAttribute('aria-label', exchange.direction === 'in' ? 'to Daraja' : 'from Daraja')
  what.children[0].textContent = exchange.title
  what.children[1].textContent = exchange.subtitle
  pill.textContent = exchange.status
  pill.dataset.tone = exchange.tone
  item.querySelector('.parts').replaceChildren(
    ...exchange.parts.map(([name, body]) => el('figure', {}, el('figcaption', {}, name), el('pre', { tabIndex: 0 }, pretty(body)))),
  )
}

/** A body as an object; what is no JSON has nothing to tell. */
function parsed(body) {
  try {
    return (typeof body === 'string' ? JSON.parse(body) : body) ?? {}
  } catch {
    return {}
  }
}

function pretty(body) {
  if (typeof body !== 'string') return JSON.stringify(body, null, 2)
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

function createEntry(entry) {
  const cents = entry.lines.reduce((sum, line) => sum + Math.max(0, line.cents), 0)
  return el('tr', {},
    el('td', {}, exactTimeOf(entry.atMs)),
    el('td', {}, entry.text, el('small', {}, entry.lines.map((line) => line.account).join(' → '))),
    el('td', {}, el('code', {}, entry.reference)),
    el('td', { className: 'money' }, ksh(cents)),
  )
}

const accountNames = { utility: 'Utility', working: 'Working', charges: 'Charges Paid' }

function createAccount({ shortcode, account }) {
  return el('tr', {}, el('td', {}, el('code', {}, shortcode)), el('td', {}, accountNames[account] ?? account), el('td', { className: 'money' }))
}

function showAccount(row, { balanceCents }) {
  row.lastChild.textContent = ksh(balanceCents)
}

/** What the page fills in where an order needs a figure. */
const figures = { ms: ['ms', 20000], resultCode: ['ResultCode', 1032], copies: ['more', 1] }

/** Which operations a fault may be ordered for; a callback comes only after some. */
const withCallback = ['stkPush', 'c2bSimulate', 'b2c', 'reversal', 'transactionStatus', 'accountBalance']
const asynchronous = ['b2c', 'reversal', 'transactionStatus', 'accountBalance']
const fitting = { forceResult: ['stkPush', ...asynchronous], queueTimeout: asynchronous, falseTimeout: asynchronous, lateCallback: ['stkPush', 'c2bSimulate'] }

function createChoice(name) {
  const names = fitting[name] ?? (name.endsWith('Callback') ? withCallback : Object.keys(operationNames))
  const choice = el('select', {}, el('option', { value: '' }, 'any'), ...names.map((each) => el('option', { value: each }, operationNames[each])))
  choice.setAttribute('aria-label', name + ': at')
  return choice
}

function createFault([name, { does, takes }]) {
  const field = takes.find((each) => figures[each])
  const input = field && el('input', { type: 'number', value: figures[field][1], min: 0 })
  input?.setAttribute('aria-label', name + ': ' + figures[field][0])
  const choice = takes.includes('on') ? createChoice(name) : undefined
  const order = el('button', { type: 'button', textContent: 'Order' })
  order.setAttribute('aria-label', 'Order ' + name)
  order.addEventListener('click', () => void ask('POST', '/faults', { fault: name, ...(choice?.value && { on: choice.value }), ...(field && { [field]: Number(input.value) }) }))
  const standing = el('button', { type: 'button', className: 'pill', hidden: true })
  standing.addEventListener('click', () => standing.ids.forEach((id) => void ask('DELETE', '/faults/' + id)))
  const row = el('li', {}, el('p', {}, el('b', {}, name), el('span', {}, does)), standing, el('div', { className: 'order' }, ...(choice ? [el('label', {}, choice, 'at')] : []), ...(field ? [el('label', {}, input, figures[field][0])] : []), order))
  row.dataset.fault = name
  return row
}

function showStanding(row, faults) {
  const mine = faults.filter((fault) => fault.fault === row.dataset.fault)
  const button = row.querySelector('.pill')
  button.ids = mine.map((fault) => fault.id)
  button.hidden = mine.length === 0
  button.textContent = mine.reduce((sum, fault) => sum + fault.times, 0) + ' ordered ✕'
  button.setAttribute('aria-label', 'Withdraw ' + row.dataset.fault)
}

const tabs = [...document.querySelectorAll('[role=tab]')]

function select(tab) {
  for (const each of tabs) {
    each.setAttribute('aria-selected', String(each === tab))
    each.tabIndex = each === tab ? 0 : -1
    byId(each.getAttribute('aria-controls')).hidden = each !== tab
  }
}

for (const [index, tab] of tabs.entries()) {
  tab.addEventListener('click', () => select(tab))
  tab.addEventListener('keydown', ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key]
    if (!step) return
    const next = tabs[(index + step + tabs.length) % tabs.length]
    select(next)
    next.focus()
  })
}

byId('to-desk').addEventListener('click', () => (document.body.dataset.view = 'desk'))
byId('to-phone').addEventListener('click', () => delete document.body.dataset.view)

ask('GET', '/faults').then(({ known, standing }) => {
  byId('faults').append(...Object.entries(known).map(createFault))
  for (const row of byId('faults').children) showStanding(row, standing)
}, () => {})
`
