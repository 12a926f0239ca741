/** Starts the page: one stream of changes, one round of questions after each. */
export const main = String.raw`
import { ask, byId } from './dom.js'
import { showDesk } from './desk.js'
import { currentMsisdn, follow, showPhone, tick } from './phone.js'

let isAsking = false
let isStale = false

/** Asks for everything; what changes meanwhile is asked for once more, not once each. */
async function refresh() {
  if (isAsking) return void (isStale = true)
  isAsking = true
  do {
    isStale = false
    try {
      const overview = await ask('GET', '/overview')
      follow(overview)
      showPhone(await ask('GET', '/phones/' + currentMsisdn()), overview)
      showDesk(overview)
    } catch {
      // The stream says that the connection is lost, and asks again when it is back.
    }
  } while (isStale)
  isAsking = false
}

const events = new EventSource('/_sandbox/events')
events.addEventListener('change', refresh)
events.addEventListener('open', () => (byId('connection').textContent = ''))
events.addEventListener('error', () => (byId('connection').textContent = 'The sandbox does not answer. Waiting for it…'))
addEventListener('phone-changed', refresh)
setInterval(tick, 250)
byId('address').textContent = location.origin
`
