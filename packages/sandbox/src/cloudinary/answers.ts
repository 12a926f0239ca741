import { md5 } from './ids.js'
import { deliverySignature, sign } from './signature.js'
import { cloud } from './settings.js'
import type { Asset } from './state.js'

/** An asset as the Upload API shows it. Its signature proves that id and version come from Cloudinary. */
export function uploadBody(asset: Asset, base: string): object {
  const { publicId, version, resourceType, eager, context } = asset
  return {
    ...common(asset, base),
    version_id: asset.versionId,
    signature: sign(`public_id=${publicId}&version=${version}`),
    tags: asset.tags,
    etag: asset.etag,
    placeholder: false,
    original_filename: asset.originalFilename,
    api_key: cloud.apiKey,
    ...(Object.keys(context).length > 0 && { context: { custom: context } }),
    ...(resourceType !== 'raw' &&
      eager.length > 0 && { eager: eager.map((text) => eagerBody(asset, text, base)) }),
  }
}

/** An asset as the Admin API shows it in a list. */
export function resourceBody(
  asset: Asset,
  base: string,
  { hasTags = false, hasContext = false }: { hasTags?: boolean; hasContext?: boolean } = {},
): object {
  return {
    ...common(asset, base),
    ...(hasTags && { tags: asset.tags }),
    ...(hasContext && Object.keys(asset.context).length > 0 && { context: { custom: asset.context } }),
  }
}

/** An asset as the Admin API shows it alone. */
export function detailBody(asset: Asset, base: string): object {
  return {
    ...resourceBody(asset, base, { hasTags: true, hasContext: true }),
    version_id: asset.versionId,
    etag: asset.etag,
    original_filename: asset.originalFilename,
    derived: asset.eager.map((text) => ({ ...eagerBody(asset, text, base), id: md5(asset.assetId + text) })),
  }
}

/** Where a file is fetched, of any transformation; signed if not everyone may. */
export function addressOf(
  asset: Pick<Asset, 'format' | 'publicId' | 'resourceType' | 'type' | 'version'>,
  base: string,
  transformation = '',
  extension = asset.format,
): string {
  const { resourceType, type, version, publicId } = asset
  const name = publicId.split('/').map(encodeURIComponent).join('/')
  const file = resourceType === 'raw' || extension === undefined ? name : `${name}.${extension}`
  const source = [transformation, file].filter(Boolean).join('/')
  const signature = type === 'upload' ? '' : `s--${deliverySignature(source)}--`
  const parts = [base, cloud.name, resourceType, type, signature, transformation, `v${version}`, file]
  return parts.filter(Boolean).join('/')
}

function common(asset: Asset, base: string): object {
  const { width, height, format } = asset
  const address = addressOf(asset, base)
  return {
    asset_id: asset.assetId,
    public_id: asset.publicId,
    ...(format !== undefined && { format }),
    version: asset.version,
    resource_type: asset.resourceType,
    type: asset.type,
    created_at: `${new Date(asset.createdAtMs).toISOString().slice(0, 19)}Z`,
    bytes: asset.bytes,
    ...(width !== undefined && { width, height }),
    asset_folder: asset.assetFolder,
    display_name: asset.displayName,
    access_mode: 'public',
    url: address,
    secure_url: address,
  }
}

/** Nothing is derived here: what is delivered is the original, and that is what this says. */
function eagerBody(asset: Asset, text: string, base: string): object {
  const [, transformation = text, extension = asset.format] = /^(.*)\/(\w+)$/.exec(text) ?? []
  const { width, height, bytes, format } = asset
  const address = addressOf(asset, base, transformation, extension)
  return {
    transformation: text,
    ...(width !== undefined && { width, height }),
    ...{ bytes, format, url: address, secure_url: address },
  }
}
