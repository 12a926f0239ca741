/** The script of the page of uploads: what is there, what was asked, and what is to go wrong. */
export const uploadsScript = String.raw`
import { ask, byId, el, exactTimeOf, keyed } from './dom.js'

const operationNames = { upload: 'Upload', destroy: 'Destroy', rename: 'Rename', explicit: 'Explicit', delivery: 'Delivery', resources: 'List', resource: 'Details', deleteResources: 'Delete', ping: 'Ping', unknown: 'Not in the sandbox' }
const shown = 60

let isAsking = false
let isStale = false

/** Asks for everything; what changes meanwhile is asked for once more, not once each. */
async function refresh() {
  if (isAsking) return void (isStale = true)
  isAsking = true
  do {
    isStale = false
    try {
      const paths = ['assets', 'requests', 'notifications', 'faults']
      const [{ assets, totalBytes }, requests, notifications, faults] = await Promise.all(paths.map((path) => ask('GET', '/cloudinary/' + path)))
      showAssets(assets, totalBytes)
      showTraffic([...requests.map(readRequest), ...notifications.map(readNotification)])
      showFaults(faults)
    } catch {
      // The stream says that the connection is lost, and asks again when it is back.
    }
  } while (isStale)
  isAsking = false
}

function showAssets(assets, totalBytes) {
  byId('total').textContent = assets.length === 0 ? '' : assets.length + (assets.length === 1 ? ' file, ' : ' files, ') + sizeOf(totalBytes)
  byId('assets-empty').hidden = assets.length > 0
  keyed(byId('assets'), assets.toReversed(), ({ assetId, version }) => assetId + version, createAsset, updateAsset)
}

function createAsset({ assetId, resourceType, publicId, format }) {
  const isPicture = resourceType === 'image'
  const picture = el('img', { alt: '', loading: 'lazy', src: '/_sandbox/cloudinary/assets/' + assetId + '/content' })
  const link = el('a', { target: '_blank', rel: 'noreferrer' }, isPicture ? picture : (format ?? publicId.split('.').at(-1)))
  return el('li', { className: 'asset' }, link, el('div', {}, el('b'), el('span'), el('span', { className: 'tags' })))
}

function updateAsset(item, { publicId, resourceType, format, type, width, height, bytes, tags, url }) {
  const [link, text] = item.children
  link.href = url
  link.setAttribute('aria-label', 'Open ' + publicId)
  const [name, facts, marks] = text.children
  name.textContent = publicId
  facts.textContent = [type === 'upload' ? '' : type, format ?? resourceType, width && width + ' × ' + height, sizeOf(bytes)].filter(Boolean).join(' · ')
  marks.textContent = tags.map((tag) => '#' + tag).join(' ')
}

function showTraffic(exchanges) {
  const last = exchanges.sort((a, b) => a.atMs - b.atMs).slice(-shown).reverse()
  byId('requests-empty').hidden = last.length > 0
  keyed(byId('requests'), last, ({ key }) => key, createExchange)
}

function readRequest({ id, atMs, operation, method, path, fields, fileBytes, status, answer }) {
  const sent = { ...fields, ...(fileBytes !== undefined && { file: sizeOf(fileBytes) }) }
  return {
    key: 'request-' + id,
    atMs,
    title: operationNames[operation] ?? operation,
    subtitle: answer?.error?.message ?? answer?.public_id ?? answer?.result ?? lastOf(path),
    status,
    tone: status < 400 ? 'good' : 'bad',
    parts: [[method + ' ' + path, sent], ...(answer === undefined ? [] : [['Answer ' + status, answer]])],
  }
}

function readNotification({ id, url, body, state, dueAtMs, attempt }) {
  const said = JSON.parse(body)
  const tones = { delivered: 'good', failed: 'bad', pending: 'waiting', dropped: 'quiet' }
  return {
    key: 'notification-' + id + state,
    atMs: attempt?.atMs ?? dueAtMs,
    title: '← Notification',
    subtitle: said.notification_type + ' ' + (said.public_id ?? said.resources[0].public_id),
    status: attempt?.status ?? attempt?.error ?? (state === 'pending' ? 'waits' : state),
    tone: tones[state],
    parts: [['POST ' + url, said], ...(attempt ? [['Answer', { status: attempt.status, said: attempt.answer, error: attempt.error }]] : [])],
  }
}

function createExchange({ atMs, title, subtitle, status, tone, parts }) {
  const pill = el('span', { className: 'pill', textContent: status })
  pill.dataset.tone = tone
  return el('li', {}, el('details', {},
    el('summary', {}, el('b', {}, title), pill, el('span', { className: 'what' }, subtitle), el('time', {}, exactTimeOf(atMs))),
    ...parts.map(([name, body]) => el('figure', {}, el('figcaption', {}, name), ...(Object.keys(body).length > 0 ? [el('pre', { tabIndex: 0 }, JSON.stringify(body, null, 2))] : []))),
  ))
}

/** What an address ends with: enough to know it by. */
function lastOf(path) {
  return decodeURI(path.split('?')[0]).split('/').slice(3).join('/')
}

const figures = { ms: ['ms', 5000], bytes: ['bytes', 20000] }

function showFaults({ known, standing }) {
  const all = Object.entries(known).map(([name, entry]) => ({ name, ...entry }))
  keyed(byId('faults'), all, ({ name }) => name, createFault, (row, { name }) => {
    const mine = standing.filter(({ fault }) => fault === name)
    const button = row.querySelector('.pill')
    button.ids = mine.map(({ id }) => id)
    button.hidden = mine.length === 0
    button.textContent = mine.reduce((sum, { times }) => sum + times, 0) + ' ordered ✕'
    button.setAttribute('aria-label', button.textContent + ', withdraw ' + name)
  })
}

function createFault({ name, does, takes, statuses }) {
  const field = takes.find((each) => figures[each])
  const input = field && el('input', { type: 'number', min: 1, value: figures[field][1] })
  const select = statuses && el('select', {}, ...statuses.map((status) => el('option', {}, status)))
  input?.setAttribute('aria-label', name + ': ' + field)
  select?.setAttribute('aria-label', name + ': status')
  const order = el('button', { type: 'button', textContent: 'Order' })
  order.setAttribute('aria-label', 'Order ' + name)
  order.addEventListener('click', () => void ask('POST', '/cloudinary/faults', { fault: name, ...(input && { [field]: Number(input.value) }), ...(select && { status: Number(select.value) }) }).catch(() => input?.focus()))
  const pill = el('button', { type: 'button', className: 'pill', hidden: true })
  pill.addEventListener('click', () => pill.ids.forEach((id) => void ask('DELETE', '/cloudinary/faults/' + id)))
  return el('li', {}, el('p', {}, el('b', {}, name), el('span', {}, does)), pill, ...(input ? [el('label', {}, input, figures[field][0])] : []), ...(select ? [select] : []), order)
}

function sizeOf(bytes) {
  if (bytes < 1000) return bytes + ' B'
  if (bytes < 1e6) return (bytes / 1000).toFixed(bytes < 1e4 ? 1 : 0) + ' kB'
  return (bytes / 1e6).toFixed(1) + ' MB'
}

const events = new EventSource('/_sandbox/events')
events.addEventListener('change', refresh)
events.addEventListener('open', () => (byId('connection').textContent = ''))
events.addEventListener('error', () => (byId('connection').textContent = 'The sandbox does not answer. Waiting for it…'))
`
