import { page, pageShape } from './lists.js'
import type { WebhookEndpoint } from './objects.js'
import { ok, operation } from './operation.js'
import { address, boolean, clearable, listOf, mergeMetadata, metadata, oneOf, text } from './params.js'
import { invalid, missing } from './refusal.js'
import { apiVersion } from './settings.js'
import type { Endpoint } from './state.js'
import type { Work } from './work.js'

const changing = { description: clearable, metadata }

/** /v1/webhook_endpoints. */
export const endpointOperations = [
  operation(
    'POST',
    '/v1/webhook_endpoints',
    {
      required: { url: address, enabled_events: listOf(text) },
      optional: { ...changing, api_version: oneOf(apiVersion) },
    },
    (work, params) => {
      checkEvents(params.enabled_events)
      const { endpoint, secrets } = addEndpoint(work, params)
      return ok({ ...endpoint, secret: secrets[0]?.value })
    },
  ),
  operation('GET', '/v1/webhook_endpoints/:id', {}, (work, _params, id) => ok(endpointOf(work, id).endpoint)),
  operation(
    'POST',
    '/v1/webhook_endpoints/:id',
    { optional: { ...changing, url: address, enabled_events: listOf(text), disabled: boolean } },
    (work, { disabled, metadata, ...changes }, id) => {
      const old = endpointOf(work, id)
      const { endpoint } = old
      if (changes.enabled_events) checkEvents(changes.enabled_events)
      const updated: WebhookEndpoint = {
        ...endpoint,
        ...changes,
        metadata: mergeMetadata(endpoint.metadata, metadata),
        ...(disabled !== undefined && { status: disabled ? 'disabled' : 'enabled' }),
      }
      work.set('endpoints', id, { ...old, endpoint: updated })
      return ok(updated)
    },
  ),
  operation('DELETE', '/v1/webhook_endpoints/:id', {}, (work, _params, id) => {
    endpointOf(work, id)
    work.delete('endpoints', id)
    return ok({ id, object: 'webhook_endpoint', deleted: true })
  }),
  operation('GET', '/v1/webhook_endpoints', { optional: pageShape }, (work, params) =>
    page(snapshotEndpoints(work), params, '/v1/webhook_endpoints'),
  ),
]

/** The endpoint with this id. @throws Refusal */
export function endpointOf(work: Work, id: string): Endpoint {
  const found = work.get('endpoints', id)
  if (!found) throw missing('webhook endpoint', id, 'id')
  return found
}

/** Adds an endpoint; its secret is a new one unless it is given. */
export function addEndpoint(
  work: Work,
  given: {
    url: string
    enabled_events: string[]
    api_version?: string
    description?: string | null
    metadata?: Record<string, string>
    secret?: string
    thinName?: string
  },
): Endpoint {
  const { ids } = work.context
  const record: Endpoint = {
    endpoint: {
      id: ids.endpoint(),
      object: 'webhook_endpoint',
      api_version: given.api_version ?? null,
      application: null,
      created: work.now,
      description: given.description ?? null,
      enabled_events: given.enabled_events,
      livemode: false,
      metadata: mergeMetadata({}, given.metadata),
      status: 'enabled',
      url: given.url,
    },
    secrets: [{ value: given.secret ?? ids.secret() }],
    ...(given.thinName !== undefined && { thinName: given.thinName }),
  }
  work.set('endpoints', record.endpoint.id, record)
  return record
}

/** Those of API v1. */
function snapshotEndpoints(work: Work): WebhookEndpoint[] {
  return work.all('endpoints').flatMap(({ endpoint, thinName }) => (thinName === undefined ? [endpoint] : []))
}

function checkEvents(types: string[]): void {
  const wrong = types.findIndex((type) => type !== '*' && !/^[a-z_0-9]+(\.[a-z_0-9]+)+$/.test(type))
  if (types.length > 0 && wrong < 0) return
  const param = wrong < 0 ? 'enabled_events' : `enabled_events[${wrong}]`
  throw invalid(`Invalid ${param}: must be an event type, such as payment_intent.succeeded, or *`, { param })
}
