import { uploadBody } from './answers.js'
import type { CloudinaryContext } from './context.js'
import { listOf, textOf, type Fields } from './form.js'
import { planNotification } from './notifications.js'
import { ok, resourceTypeIn, type Answer, type Operation } from './operation.js'
import { invalid, missing, notInSandbox, resourceNotFound } from './refusal.js'
import { checkBasic, checkSignature } from './signature.js'
import { keyOf, type Asset, type ResourceType } from './state.js'
import { checkPublicId, contextOf, deliveryTypeOf, eagerOf, isSet } from './upload-params.js'

/** What the Upload API does with what is there. */
export const managingOperations: Operation[] = [
  managing('destroy', destroy, ['notification_url']),
  managing('rename', rename, ['from_public_id', 'to_public_id', 'to_type', 'overwrite', 'context']),
  managing('explicit', explicit, ['eager', 'eager_async', 'tags', 'context', 'asset_folder', 'display_name']),
]

type Run = (context: CloudinaryContext, resourceType: ResourceType, fields: Fields) => Answer

/** With Basic authentication or a signature; a parameter that it does not know is refused. */
function managing(name: string, run: Run, parameters: string[]): Operation {
  const shared = [
    'api_key',
    'cloud_name',
    'invalidate',
    'public_id',
    'resource_type',
    'signature',
    'timestamp',
    'type',
  ]
  const known = new Set([...shared, ...parameters])
  return {
    name,
    method: 'post',
    path: `/:resourceType/${name}`,
    run(context, req, { fields }) {
      const authorization = req.get('authorization')
      if (authorization !== undefined) checkBasic(authorization)
      else if (textOf(fields, 'signature') === undefined) throw missing('signature')
      else checkSignature(fields)
      const other = Object.keys(fields).find((parameter) => !known.has(parameter))
      if (other !== undefined) throw notInSandbox(`the parameter ${other} of ${name}`)
      return run(context, resourceTypeIn(req), fields)
    },
  }
}

/** A wrong kind of resource is not found either: this is how videos are left behind. */
function destroy(context: CloudinaryContext, resourceType: ResourceType, fields: Fields): Answer {
  const { store } = context
  const publicId = required(fields, 'public_id')
  const id = keyOf({ resourceType, type: deliveryTypeOf(fields), publicId })
  const asset = store.state.cloudinary.assets[id]
  if (!asset) return ok({ result: 'not found' })
  const { assetId: asset_id, version, type } = asset
  const resource = { resource_type: resourceType, type, asset_id, public_id: publicId, version }
  const notifications = planNotification(context, fields, 'delete', { resources: [resource] })
  store.commit({ type: 'cloudinaryDeleted', table: 'assets', id }, ...notifications)
  return ok({ result: 'ok' }, { unused: [asset.blob] })
}

function rename({ store, url }: CloudinaryContext, resourceType: ResourceType, fields: Fields): Answer {
  const from = required(fields, 'from_public_id')
  const to = checkPublicId(required(fields, 'to_public_id'))
  const type = deliveryTypeOf(fields)
  const { assets } = store.state.cloudinary
  const fromId = keyOf({ resourceType, type, publicId: from })
  const asset = assets[fromId]
  if (!asset) throw resourceNotFound(from)
  const toType = fields.to_type === undefined ? type : deliveryTypeOf(fields, 'to_type')
  const toId = keyOf({ resourceType, type: toType, publicId: to })
  const there = toId === fromId ? undefined : assets[toId]
  if (there && !isSet(fields, 'overwrite')) throw invalid(`to_public_id ${to} already exists`)
  const record = { ...changed(asset, fields), publicId: to, type: toType }
  store.commit(
    { type: 'cloudinaryDeleted', table: 'assets', id: fromId },
    { type: 'cloudinarySet', table: 'assets', id: toId, record },
  )
  return ok(uploadBody(record, url()), { unused: there ? [there.blob] : [] })
}

function explicit({ store, url }: CloudinaryContext, resourceType: ResourceType, fields: Fields): Answer {
  const publicId = required(fields, 'public_id')
  if (fields.type === undefined) throw missing('type')
  const id = keyOf({ resourceType, type: deliveryTypeOf(fields), publicId })
  const asset = store.state.cloudinary.assets[id]
  if (!asset) throw resourceNotFound(publicId)
  const record: Asset = {
    ...changed(asset, fields),
    eager: [...new Set([...asset.eager, ...eagerOf(fields, resourceType)])],
    assetFolder: textOf(fields, 'asset_folder') ?? asset.assetFolder,
    displayName: textOf(fields, 'display_name') ?? asset.displayName,
  }
  store.commit({ type: 'cloudinarySet', table: 'assets', id, record })
  return ok(uploadBody(record, url()))
}

/** What is said of an asset is replaced where the request says something. */
function changed(asset: Asset, fields: Fields): Asset {
  return {
    ...asset,
    ...(fields.tags !== undefined && { tags: listOf(fields, 'tags') }),
    ...(fields.context !== undefined && { context: contextOf(fields) }),
  }
}

function required(fields: Fields, name: string): string {
  const value = textOf(fields, name)
  if (value === undefined) throw missing(name)
  return value
}
