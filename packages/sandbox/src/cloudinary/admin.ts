import type { Request } from 'express'
import { createAdminRate } from './admin-rate.js'
import { detailBody, resourceBody } from './answers.js'
import type { CloudinaryContext } from './context.js'
import { listOf, textOf, type Fields } from './form.js'
import { ok, resourceTypeIn, type Answer, type Operation } from './operation.js'
import { invalid, missing, notInSandbox, resourceNotFound } from './refusal.js'
import { checkBasic } from './signature.js'
import { cloudinaryLimits } from './settings.js'
import { keyOf, type Asset, type ResourceType } from './state.js'
import { deliveryTypeOf, isSet } from './upload-params.js'

type Run = (context: CloudinaryContext, req: Request, fields: Fields) => Answer

/** The Admin API: looks and deletes, with key and secret, so many times an hour. */
export function adminOperations(context: CloudinaryContext): Operation[] {
  const countCall = createAdminRate(context)

  function admin(
    name: string,
    method: 'delete' | 'get',
    path: string,
    run: Run,
    parameters: string,
  ): Operation {
    const known = new Set(parameters.split(' '))
    return {
      name,
      method,
      path,
      run(_context, req, { fields }) {
        checkBasic(req.get('authorization') ?? '')
        const headers = countCall()
        const other = Object.keys(fields).find((parameter) => !known.has(parameter))
        if (other !== undefined)
          throw notInSandbox(`the parameter ${other} of ${method.toUpperCase()} ${path}`)
        return { ...run(context, req, fields), headers }
      },
    }
  }

  const paging = 'max_results next_cursor direction tags context'
  const deleting = 'invalidate keep_original next_cursor'
  return [
    admin('ping', 'get', '/ping', () => ok({ status: 'ok' }), ''),
    admin('resources', 'get', '/resources/:resourceType/tags/:tag', listByTag, paging),
    admin('resources', 'get', '/resources/:resourceType', list, `${paging} prefix type`),
    admin('resources', 'get', '/resources/:resourceType/:type', list, `${paging} prefix public_ids`),
    admin('resource', 'get', '/resources/:resourceType/:type/*publicId', one, ''),
    admin('deleteResources', 'delete', '/resources/:resourceType/tags/:tag', deleteByTag, deleting),
    admin(
      'deleteResources',
      'delete',
      '/resources/:resourceType/:type',
      deleteMany,
      `${deleting} public_ids prefix all`,
    ),
  ]
}

/** An asset of any kind by its asset id; otherwise the assets of a kind. */
function list(context: CloudinaryContext, req: Request, fields: Fields): Answer {
  const { store, url } = context
  const { assets } = store.state.cloudinary
  const named = String(req.params.resourceType)
  if (/^[0-9a-f]{32}$/.test(named)) {
    const asset = Object.values(assets).find(({ assetId }) => assetId === named)
    if (!asset) throw resourceNotFound(named)
    return ok(detailBody(asset, url()))
  }
  const prefix = textOf(fields, 'prefix') ?? ''
  const ids = fields.public_ids === undefined ? undefined : new Set(listOf(fields, 'public_ids'))
  return page(
    context,
    of(context, req),
    fields,
    ({ publicId }) => publicId.startsWith(prefix) && (ids?.has(publicId) ?? true),
  )
}

function listByTag(context: CloudinaryContext, req: Request, fields: Fields): Answer {
  const tag = String(req.params.tag)
  return page(context, of(context, req), fields, ({ tags }) => tags.includes(tag))
}

function one({ store, url }: CloudinaryContext, req: Request): Answer {
  const publicId = asText(req.params.publicId)
  const asset =
    store.state.cloudinary.assets[keyOf({ resourceType: resourceTypeIn(req), type: typeIn(req), publicId })]
  if (!asset) throw resourceNotFound(publicId)
  return ok(detailBody(asset, url()))
}

function deleteMany(context: CloudinaryContext, req: Request, fields: Fields): Answer {
  const found = of(context, req)
  const prefix = textOf(fields, 'prefix')
  if (isSet(fields, 'all')) return remove(context, found, [])
  if (prefix !== undefined)
    return remove(
      context,
      found.filter(({ publicId }) => publicId.startsWith(prefix)),
      [],
    )
  const ids = listOf(fields, 'public_ids')
  if (ids.length === 0) throw missing('public_ids')
  if (ids.length > cloudinaryLimits.deletedIds)
    throw invalid('Invalid value for parameter public_ids: 100 at most')
  return remove(
    context,
    found.filter(({ publicId }) => ids.includes(publicId)),
    ids,
  )
}

function deleteByTag(context: CloudinaryContext, req: Request): Answer {
  return remove(
    context,
    of(context, req).filter(({ tags }) => tags.includes(String(req.params.tag))),
    [],
  )
}

function remove({ store }: CloudinaryContext, assets: Asset[], wanted: string[]): Answer {
  if (assets.length > 0) {
    store.commit(
      ...assets.map((asset) => ({ type: 'cloudinaryDeleted', table: 'assets', id: keyOf(asset) }) as const),
    )
  }
  const gone = assets.map(({ publicId }) => publicId)
  const ids = [...new Set([...wanted, ...gone])]
  const deleted = Object.fromEntries(ids.map((id) => [id, gone.includes(id) ? 'deleted' : 'not_found']))
  const counts = Object.fromEntries(
    ids.map((id) => [id, { original: gone.includes(id) ? 1 : 0, derived: 0 }]),
  )
  return ok({ deleted, deleted_counts: counts, partial: false }, { unused: assets.map(({ blob }) => blob) })
}

/** The assets of the kind, and of the type if the path names one, the oldest first. */
function of({ store }: CloudinaryContext, req: Request): Asset[] {
  const resourceType: ResourceType = resourceTypeIn(req)
  const type = req.params.type === undefined ? undefined : typeIn(req)
  return Object.values(store.state.cloudinary.assets).filter(
    (asset) => asset.resourceType === resourceType && (type === undefined || asset.type === type),
  )
}

/** One page, the newest first. The cursor is the id of the last asset that was seen. */
function page(
  { url }: CloudinaryContext,
  assets: Asset[],
  fields: Fields,
  isWanted: (asset: Asset) => boolean,
): Answer {
  const most = Number(textOf(fields, 'max_results') ?? 10)
  if (!Number.isInteger(most) || most < 1 || most > 500)
    throw invalid('Invalid value for parameter max_results')
  const wanted = assets.filter(isWanted)
  const isAscending = ['1', 'asc'].includes(textOf(fields, 'direction') ?? '')
  const ordered = isAscending ? wanted : wanted.reverse()
  const cursor = textOf(fields, 'next_cursor')
  const place = cursor === undefined ? -1 : ordered.findIndex(({ assetId }) => assetId === cursor)
  if (cursor !== undefined && place < 0) throw invalid('Invalid value for parameter next_cursor')
  const shown = ordered.slice(place + 1, place + 1 + most)
  const options = { hasTags: isSet(fields, 'tags'), hasContext: isSet(fields, 'context') }
  const last = shown.at(-1)
  const hasMore = ordered.length > place + 1 + most
  return ok({
    resources: shown.map((asset) => resourceBody(asset, url(), options)),
    ...(hasMore && last && { next_cursor: last.assetId }),
  })
}

function typeIn(req: Request) {
  return deliveryTypeOf({ type: String(req.params.type) })
}

/** What a wildcard has matched. */
function asText(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join('/') : (value ?? '')
}
