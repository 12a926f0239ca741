/** The mailbox's script: a list that fills by itself, and the mail that the address names: /mail#7. */
export const mailScript = String.raw`
import { ask, byId, dayOf, el, keyed, timeOf } from './dom.js'

let mails = []
let part = 'html'

async function refresh() {
  mails = await ask('GET', '/mail').catch(() => mails)
  keyed(byId('mails'), mails.toReversed(), ({ id }) => id, entry, mark)
  byId('mails-empty').hidden = mails.length > 0
  show()
}

function entry({ id, subject, recipients, atMs }) {
  return el('li', {},
    el('a', { href: '#' + id },
      el('span', { className: 'subject', textContent: subject || '(no subject)' }),
      el('span', { className: 'recipient', textContent: recipients.join(', ') }),
      el('time', { textContent: timeOf(atMs) })))
}

function mark(element, { id }) {
  const isOpen = location.hash === '#' + id
  if (isOpen) element.firstChild.setAttribute('aria-current', 'true')
  else element.firstChild.removeAttribute('aria-current')
}

function show() {
  const mail = mails.find(({ id }) => location.hash === '#' + id)
  byId('mailbox').classList.toggle('reading', Boolean(mail))
  byId('mail').hidden = !mail
  if (!mail || byId('mail').dataset.shown === mail.id + part) return
  byId('mail').dataset.shown = mail.id + part
  byId('mail-subject').textContent = mail.subject || '(no subject)'
  byId('mail-from').textContent = mail.from
  byId('mail-to').textContent = mail.recipients.join(', ')
  byId('mail-time').textContent = dayOf(mail.atMs) + ', ' + timeOf(mail.atMs)
  const shown = mail[part] === null ? (part === 'html' ? 'text' : 'html') : part
  byId('show-html').disabled = mail.html === null
  byId('show-text').disabled = mail.text === null
  byId('show-html').setAttribute('aria-pressed', shown === 'html')
  byId('show-text').setAttribute('aria-pressed', shown === 'text')
  byId('mail-html').hidden = shown !== 'html'
  byId('mail-text').hidden = shown !== 'text'
  if (shown === 'html') byId('mail-html').src = '/_sandbox/mail/' + mail.id + '/html'
  byId('mail-text').textContent = mail.text ?? ''
  byId('mail-attachments').hidden = mail.attachments.length === 0
  byId('mail-attachments').textContent =
    'Attached: ' + mail.attachments.map(({ filename, bytes }) => (filename ?? 'unnamed') + ' (' + bytes + ' bytes)').join(', ')
}

for (const name of ['html', 'text']) {
  byId('show-' + name).addEventListener('click', () => {
    part = name
    show()
  })
}
byId('back').addEventListener('click', () => (location.hash = ''))
addEventListener('hashchange', () => {
  for (const element of byId('mails').children) mark(element, { id: element.dataset.key })
  show()
  if (!byId('mail').hidden) byId('mail-subject').focus({ preventScroll: true })
})

const events = new EventSource('/_sandbox/events')
events.addEventListener('change', refresh)
events.addEventListener('open', () => (byId('connection').textContent = ''))
events.addEventListener('error', () => (byId('connection').textContent = 'The sandbox does not answer. Waiting for it…'))
`
