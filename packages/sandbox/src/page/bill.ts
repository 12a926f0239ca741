/** "Pay a bill" of the M-PESA menu: typed by hand, or read from a QR code. */
export const bill = String.raw`
import { ask, byId, ksh } from './dom.js'
import { currentMsisdn } from './phone.js'

const ids = ['shortcode', 'account', 'amount', 'pin']
const field = (name) => byId('bill-' + name)
let business = ''

/** Whether somebody is filling it in. */
export const isBillOpen = () => !byId('bill-scrim').hidden

/** The business that stands there at first. */
export function setBusiness({ shortcode }) {
  // Somebody was quicker than the first answer.
  if (business === '' && isBillOpen()) field('shortcode').value ||= shortcode
  business = shortcode
}

function open({ scans }) {
  byId('bill-title').textContent = scans ? 'Scan a code' : 'Pay a bill'
  byId('scan').hidden = !scans
  byId('bill-fields').hidden = scans
  for (const name of ids) field(name).value = name === 'shortcode' ? business : ''
  byId('code-text').value = ''
  byId('code-picture').value = ''
  byId('code-said').textContent = ''
  byId('bill-error').textContent = ''
  byId('bill-scrim').hidden = false
  byId('home').inert = true
  byId(scans ? 'code-text' : 'bill-account').focus({ preventScroll: true })
}

function close() {
  byId('bill-scrim').hidden = true
  byId('home').inert = false
  byId('open-bill').focus({ preventScroll: true })
}

/** Fills in what the code says; the person still types the PIN. */
async function read(code) {
  const said = byId('code-said')
  said.textContent = 'Reading…'
  try {
    const read = await ask('POST', '/qr', code)
    field('shortcode').value = read.shortcode
    field('account').value = read.account
    field('amount').value = String(read.amount)
    byId('bill-fields').hidden = false
    said.textContent = 'It asks for ' + ksh(read.amount * 100) + ' for ' + read.business + '.'
    field('pin').focus({ preventScroll: true })
  } catch (error) {
    byId('bill-fields').hidden = true
    said.textContent = error.message
  }
}

/** Whatever picture it is, as the PNG that the sandbox reads, and no larger than needed. */
async function pngOf(file) {
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, 1200 / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(bitmap.width * scale)
  canvas.height = Math.round(bitmap.height * scale)
  canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
}

function missing() {
  if (byId('bill-fields').hidden) return [byId('code-text'), 'Choose a picture, or paste the text of the code.']
  if (!/^\d{5,7}$/.test(field('shortcode').value)) return [field('shortcode'), 'A business number has 5 to 7 digits.']
  if (!/^[1-9]\d*$/.test(field('amount').value)) return [field('amount'), 'The amount is whole shillings.']
  if (!/^\d{4}$/.test(field('pin').value)) return [field('pin'), 'The PIN has four digits.']
}

async function pay() {
  const [wrong, text] = missing() ?? []
  byId('bill-error').textContent = text ?? ''
  if (wrong) return wrong.focus()
  const wish = { shortcode: field('shortcode').value, account: field('account').value.trim(), amount: Number(field('amount').value), pin: field('pin').value }
  try {
    await ask('POST', '/phones/' + currentMsisdn() + '/pay', wish)
    close()
  } catch (error) {
    byId('bill-error').textContent = error.message
    field('pin').value = ''
    field('pin').focus()
  }
  dispatchEvent(new Event('phone-changed'))
}

byId('open-bill').addEventListener('click', () => open({ scans: false }))
byId('open-scan').addEventListener('click', () => open({ scans: true }))
byId('bill-cancel').addEventListener('click', close)
byId('bill').addEventListener('keydown', ({ key }) => key === 'Escape' && close())
byId('bill').addEventListener('submit', (event) => {
  event.preventDefault()
  void pay()
})
byId('code-text').addEventListener('change', ({ target }) => target.value.trim() && void read({ text: target.value }))
byId('code-picture').addEventListener('change', async ({ target }) => {
  const [file] = target.files
  if (!file) return
  const png = await pngOf(file).catch(() => undefined)
  if (png) await read(png)
  else byId('code-said').textContent = 'This is no picture.'
})
for (const name of ['shortcode', 'amount', 'pin']) {
  field(name).addEventListener('input', ({ target }) => (target.value = target.value.replace(/\D/g, '')))
}
`
