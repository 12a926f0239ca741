/** What both halves of the page use. */
export const dom = String.raw`
/** The element that html.ts gave this id. */
export const byId = (id) => document.getElementById(id)

/** Creates an element: properties, then children. */
export function el(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

/** Makes the children of parent those of items, keeping the elements that are there: what is open stays open. */
export function keyed(parent, items, keyOf, create, update = () => {}) {
  const present = new Map([...parent.children].map((element) => [element.dataset.key, element]))
  items.forEach((item, index) => {
    const key = String(keyOf(item))
    let element = present.get(key)
    present.delete(key)
    if (!element) {
      element = create(item)
      element.dataset.key = key
    }
    update(element, item)
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null)
  })
  for (const gone of present.values()) gone.remove()
}

/** An amount as people write it: Ksh 1,250.00. */
export const ksh = (cents) =>
  'Ksh ' + (cents / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

const nairobi = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'Africa/Nairobi', ...options })
const minutes = nairobi({ hour: '2-digit', minute: '2-digit' })
const seconds = nairobi({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
const days = nairobi({ day: 'numeric', month: 'short' })

/** The time of day in Nairobi, wherever the browser is, to the minute. */
export const timeOf = (ms) => minutes.format(ms)
/** The same to the second. */
export const exactTimeOf = (ms) => seconds.format(ms)
/** The day in Nairobi. */
export const dayOf = (ms) => days.format(ms)

/** 254708374149 as people read it: 0708 374 149. */
export const spaced = (msisdn) => msisdn.replace(/^254(\d{3})(\d{3})(\d{3})$/, '0$1 $2 $3')

/** A number as people write it, as Daraja writes it; undefined if it is none of Safaricom's. */
export function msisdnOf(text) {
  const digits = text.replace(/[\s()+-]/g, '').replace(/^0?(?=[17]\d{8}$)/, '254')
  return /^254[17]\d{8}$/.test(digits) ? digits : undefined
}

/** One request to the control API, with JSON or a file; a refusal becomes an error with its sentence. */
export async function ask(method, path, body) {
  const isFile = body instanceof Blob
  const response = await fetch('/_sandbox' + path, {
    method,
    ...(body && { headers: { 'content-type': isFile ? body.type : 'application/json' }, body: isFile ? body : JSON.stringify(body) }),
  })
  const answer = response.status === 204 ? undefined : await response.json()
  if (!response.ok) throw new Error(answer.detail)
  return answer
}
`
