/** The handset: shows a phone, and does what the person does on it. */
export const phone = String.raw`
import { isBillOpen, setBusiness } from './bill.js'
import { ask, byId, dayOf, el, keyed, ksh, msisdnOf, spaced, timeOf } from './dom.js'

const testNumber = '254708374149'
const asked = msisdnOf(new URLSearchParams(location.search).get('msisdn') ?? '')
let msisdn = asked ?? testNumber
/** Until somebody chooses a number, the page goes where the prompt is. */
let isChosen = asked !== undefined
let shown
let clock = { nowMs: Date.now(), atMs: performance.now(), timeScale: 1 }
let promptMs = 60000

/** Whose phone is shown. */
export const currentMsisdn = () => msisdn

const sandboxNow = () => clock.nowMs + (performance.now() - clock.atMs) * clock.timeScale

/** Goes to the phone that is asked, unless somebody chose one or another prompt is being answered. */
export function follow({ phones }) {
  const waiting = phones.find((phone) => phone.isAsked)
  if (!isChosen && waiting && !shown?.prompt) msisdn = waiting.msisdn
}

/** Draws the handset as it stands now. */
export function showPhone(view, overview) {
  clock = { nowMs: overview.nowMs, atMs: performance.now(), timeScale: overview.timeScale }
  promptMs = overview.promptMs
  setBusiness(overview.merchant)
  const before = shown
  shown = view
  byId('phone').setAttribute('aria-label', 'Phone ' + view.msisdn)
  document.title = spaced(view.msisdn) + ' · Ementech sandbox'
  byId('balance').replaceChildren(el('small', {}, 'Ksh'), ' ' + ksh(view.balanceCents).slice(4))
  byId('name').textContent = view.name
  byId('msisdn').textContent = spaced(view.msisdn)
  showNumbers(overview.phones)
  showNotice(view, overview.phones)
  showMessages(view, before)
  showPrompt(view.prompt)
  byId('off').hidden = view.isOn
  byId('home').inert = !view.isOn || view.prompt !== null || isBillOpen()
  byId('bill-scrim').inert = view.prompt !== null
  tick()
}

function showNumbers(phones) {
  const known = phones.some((phone) => phone.msisdn === msisdn)
  const list = known ? phones : [...phones, { msisdn, name: shown.name }]
  const entries = [...list, { msisdn: 'other', name: 'Another number…' }]
  keyed(byId('numbers'), entries, (entry) => entry.msisdn, (entry) => el('option', { value: entry.msisdn }), (option, entry) => {
    const text = entry.msisdn === 'other' ? entry.name : spaced(entry.msisdn) + ' · ' + entry.name + (entry.isAsked && entry.msisdn !== msisdn ? ' · asks for the PIN' : '')
    if (option.textContent !== text) option.textContent = text
  })
  if (byId('other').hidden) byId('numbers').value = msisdn
}

function showNotice(view, phones) {
  const elsewhere = phones.find((phone) => phone.isAsked && phone.msisdn !== view.msisdn)
  const [text, action, act] = view.isLocked
    ? ['Three wrong PINs: M-PESA has locked this account.', 'Unlock', () => on('unlock')]
    : elsewhere
      ? [spaced(elsewhere.msisdn) + ' is asked for the PIN.', 'Show', () => choose(elsewhere.msisdn)]
      : []
  byId('notice').hidden = !text
  if (byId('notice-text').textContent !== (text ?? '')) byId('notice-text').textContent = text ?? ''
  byId('notice-action').textContent = action ?? ''
  byId('notice-action').onclick = act ?? null
}

function showMessages(view, before) {
  const messages = view.messages.map((message, index) => ({ ...message, index })).reverse()
  byId('empty').hidden = messages.length > 0
  byId('messages').hidden = messages.length === 0
  keyed(byId('messages'), messages, (message) => view.msisdn + '/' + message.index, createMessage)
  const isNew = before?.msisdn === view.msisdn && before.messages.length < view.messages.length
  if (isNew) announce('M-PESA: ' + messages[0].text)
}

function createMessage({ atMs, text }) {
  const [, receipt, rest] = /^([A-Z0-9]{10})( Confirmed\..*)$/s.exec(text) ?? [undefined, undefined, text]
  return el('li', { className: receipt ? 'message paid' : 'message' },
    el('p', { className: 'from' }, el('b', {}, 'M-PESA'), el('time', {}, dayOf(atMs) + ', ' + timeOf(atMs))),
    el('p', {}, ...(receipt ? [el('b', { className: 'receipt' }, receipt)] : []), ...unbroken(rest)),
  )
}

/** Keeps a line from ending after the hyphen of M-PESA. */
const unbroken = (text) =>
  text.split(/(M-PESA)/).map((part) => (part === 'M-PESA' ? el('span', { className: 'unbroken' }, part) : part))

function showPrompt(prompt) {
  const scrim = byId('scrim')
  const isOpen = !scrim.hidden && scrim.dataset.id === prompt?.checkoutRequestId
  if (!prompt) {
    const hadFocus = scrim.contains(document.activeElement)
    scrim.hidden = true
    if (hadFocus) queueMicrotask(() => byId('messages').focus({ preventScroll: true }))
    return
  }
  if (isOpen) return
  scrim.hidden = false
  scrim.dataset.id = prompt.checkoutRequestId
  byId('prompt-amount').textContent = ksh(prompt.amount * 100)
  byId('prompt-business').textContent = prompt.business
  byId('prompt-reference').textContent = prompt.accountReference
  setPin('')
  announce(prompt.text + ' Enter your M-PESA PIN.')
  const isElsewhere = document.activeElement?.closest('.desk')
  if (!isElsewhere) byId('pin').focus({ preventScroll: true })
}

/** Moves what depends on time alone. */
export function tick() {
  byId('clock').textContent = timeOf(sandboxNow())
  if (!shown?.prompt) return
  const leftMs = Math.max(0, shown.prompt.expiresAtMs - sandboxNow())
  byId('countdown').textContent = Math.ceil(leftMs / 1000) + ' s'
  byId('countdown-ring').style.strokeDashoffset = String(100 - (100 * leftMs) / promptMs)
}

function setPin(text) {
  byId('pin').value = text.replace(/\D/g, '').slice(0, 4)
  byId('pin-box').dataset.length = String(byId('pin').value.length)
  byId('pin-error').textContent = ''
}

function announce(text) {
  byId('announcement').textContent = text
}

async function on(action, body = {}) {
  await ask('POST', '/phones/' + msisdn + '/' + action, body).catch((error) => announce(error.message))
  dispatchEvent(new Event('phone-changed'))
}

function choose(number) {
  msisdn = number
  isChosen = true
  shown = undefined
  byId('other').hidden = true
  history.replaceState(null, '', '?msisdn=' + number)
  dispatchEvent(new Event('phone-changed'))
}

byId('numbers').addEventListener('change', ({ target }) => {
  byId('other').hidden = target.value !== 'other'
  if (target.value === 'other') byId('other-number').focus()
  else choose(target.value)
})

byId('other').addEventListener('submit', (event) => {
  event.preventDefault()
  const number = msisdnOf(byId('other-number').value)
  byId('other-error').textContent = number ? '' : 'A Safaricom number looks like 0712 345 678.'
  if (!number) return
  byId('other-number').value = ''
  choose(number)
})

byId('power').addEventListener('click', () => on('off'))
byId('power-on').addEventListener('click', () => on('on'))

for (const key of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '', '0', 'Delete']) {
  const button = key === '' ? el('span') : el('button', { type: 'button', textContent: key === 'Delete' ? '' : key })
  if (key === 'Delete') {
    button.setAttribute('aria-label', 'Delete')
    button.append(byId('delete-icon').content.cloneNode(true))
  }
  button.addEventListener('click', () => setPin(key === 'Delete' ? byId('pin').value.slice(0, -1) : byId('pin').value + key))
  byId('pad').append(button)
}

byId('pin').addEventListener('input', ({ target }) => setPin(target.value))
byId('cancel').addEventListener('click', () => on('cancel'))
byId('prompt').addEventListener('keydown', (event) => {
  if (event.key === 'Escape') void on('cancel')
})
byId('prompt').addEventListener('submit', (event) => {
  event.preventDefault()
  if (byId('pin').value.length === 4) return void on('pin', { pin: byId('pin').value })
  byId('pin-error').textContent = 'The PIN has four digits.'
  byId('pin').focus()
})
`
