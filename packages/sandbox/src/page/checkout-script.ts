/** Comforts of the pay page, which works without them. */
export const checkoutScript = String.raw`
const card = document.getElementById('card')
const expiry = document.getElementById('expiry')

/** 4242 4242 4242 4242; American Express has groups of 4, 6 and 5. */
function grouped(value) {
  const digits = value.replace(/\D/g, '').slice(0, 19)
  const groups = /^3[47]/.test(digits) ? /^(\d{1,4})(\d{1,6})?(\d{1,5})?/.exec(digits)?.slice(1) : digits.match(/\d{1,4}/g)
  return (groups ?? []).filter(Boolean).join(' ')
}

/** 12 / 34. */
function dated(value) {
  const digits = value.replace(/\D/g, '').replace(/^([2-9])/, '0$1').slice(0, 4)
  return digits.length > 2 ? digits.slice(0, 2) + ' / ' + digits.slice(2) : digits
}

/** Formats what was typed at the end; a correction in the middle is left alone. */
function format(input, how) {
  if (input.selectionStart === input.value.length) input.value = how(input.value)
}

card?.addEventListener('input', () => format(card, grouped))
expiry?.addEventListener('input', (event) => event.inputType?.startsWith('delete') || format(expiry, dated))

for (const heading of document.querySelectorAll('th')) {
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: heading.textContent })
  button.setAttribute('aria-label', 'Use ' + heading.textContent)
  button.addEventListener('click', () => {
    card.value = button.textContent
    expiry.value ||= '12 / 34'
    document.getElementById('cvc').value ||= '123'
    document.querySelector('form .pay').focus()
  })
  heading.replaceChildren(button)
}

// Paying twice would be refused, but better is not to ask.
const form = document.querySelector('.payment form')
form?.addEventListener('submit', () => (form.querySelector('.pay').disabled = true))
addEventListener('pageshow', () => form && (form.querySelector('.pay').disabled = false))
`
