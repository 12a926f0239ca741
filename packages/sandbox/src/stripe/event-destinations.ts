import { addEndpoint, endpointOf } from './endpoints.js'
import { ok, operation } from './operation.js'
import { address, hash, listOf, mergeMetadata, metadata, oneOf, text, type Reader } from './params.js'
import { invalid, missing } from './refusal.js'
import type { Endpoint } from './state.js'
import type { Work } from './work.js'

const path = '/v2/core/event_destinations'
const include = listOf(oneOf('webhook_endpoint.signing_secret', 'webhook_endpoint.url'))
const describing = { description: text, metadata }

/** Types of thin events; a star is for snapshots alone. */
const thinTypes: Reader<string[]> = (raw, param) => {
  const types = listOf(text)(raw, param)
  const wrong = types.find((type) => !/^v[12]\.[a-z_0-9.]+$/.test(type))
  if (types.length > 0 && wrong === undefined) return types
  throw invalid(`Invalid ${param}: must be types of thin events, such as v1.payment_intent.succeeded.`, {
    param,
  })
}

/** /v2/core/event_destinations: webhook endpoints that are sent thin events. Others are made by API v1. */
export const eventDestinationOperations = [
  operation(
    'POST',
    path,
    {
      required: {
        enabled_events: thinTypes,
        event_payload: oneOf('thin'),
        name: text,
        type: oneOf('webhook_endpoint'),
        webhook_endpoint: hash({ url: address }, {}),
      },
      optional: { ...describing, include },
    },
    (work, { enabled_events, name, webhook_endpoint: { url }, include: shown = [], ...rest }) => {
      const made = addEndpoint(work, { ...rest, url, enabled_events, thinName: name })
      return ok(destinationOf(made, shown))
    },
  ),
  operation('GET', `${path}/:id`, { optional: { include } }, (work, params, id) =>
    ok(destinationOf(thinEndpointOf(work, id), params.include)),
  ),
  operation(
    'POST',
    `${path}/:id`,
    {
      optional: {
        ...{ ...describing, include, name: text, enabled_events: thinTypes },
        webhook_endpoint: hash({ url: address }, {}),
      },
    },
    (work, { include: shown, name, webhook_endpoint, metadata, ...changes }, id) => {
      const old = thinEndpointOf(work, id)
      const updated: Endpoint = {
        ...old,
        thinName: name ?? old.thinName ?? '',
        endpoint: {
          ...old.endpoint,
          ...changes,
          ...webhook_endpoint,
          metadata: mergeMetadata(old.endpoint.metadata, metadata),
        },
      }
      work.set('endpoints', id, updated)
      return ok(destinationOf(updated, shown))
    },
  ),
  switching('enable', 'enabled'),
  switching('disable', 'disabled'),
  operation('DELETE', `${path}/:id`, {}, (work, _params, id) => {
    thinEndpointOf(work, id)
    work.delete('endpoints', id)
    return ok({ id, object: 'v2.core.event_destination' })
  }),
  operation('GET', path, { optional: { include } }, (work, params) => {
    const thin = work.all('endpoints').filter(({ thinName }) => thinName !== undefined)
    return ok({
      data: thin.reverse().map((endpoint) => destinationOf(endpoint, params.include)),
      next_page_url: null,
      previous_page_url: null,
    })
  }),
]

function switching(verb: 'disable' | 'enable', status: 'disabled' | 'enabled') {
  return operation('POST', `${path}/:id/${verb}`, {}, (work, _params, id) => {
    const old = thinEndpointOf(work, id)
    const switched = { ...old, endpoint: { ...old.endpoint, status } }
    work.set('endpoints', id, switched)
    return ok(destinationOf(switched))
  })
}

function thinEndpointOf(work: Work, id: string): Endpoint {
  const found = endpointOf(work, id)
  if (found.thinName === undefined) throw missing('event destination', id, 'id')
  return found
}

/** What is included is not shown otherwise. */
function destinationOf({ endpoint, secrets, thinName = '' }: Endpoint, shown: string[] = []) {
  const created = new Date(endpoint.created * 1000).toISOString()
  const web = {
    ...(shown.includes('webhook_endpoint.signing_secret') && { signing_secret: secrets[0]?.value }),
    ...(shown.includes('webhook_endpoint.url') && { url: endpoint.url }),
  }
  return {
    id: endpoint.id,
    object: 'v2.core.event_destination',
    created,
    description: endpoint.description ?? '',
    enabled_events: endpoint.enabled_events,
    event_payload: 'thin',
    events_from: ['self'],
    livemode: false,
    metadata: endpoint.metadata,
    name: thinName,
    status: endpoint.status,
    type: 'webhook_endpoint',
    updated: created,
    ...(Object.keys(web).length > 0 && { webhook_endpoint: web }),
  }
}
