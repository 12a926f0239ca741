import { listOf, textOf, type Fields } from './form.js'
import { formatName } from './media.js'
import { invalid, notInSandbox } from './refusal.js'
import { checkBasic, checkSignature } from './signature.js'
import { cloudinaryLimits, type UploadPreset } from './settings.js'
import type { DeliveryType, ResourceType } from './state.js'
import { readTransformation } from './transformation.js'

/** What the sandbox does with each parameter of an upload that it takes. */
const taken = new Set([
  // Who and when.
  ...['api_key', 'cloud_name', 'signature', 'timestamp', 'upload_preset', 'source', 'resource_type'],
  // Names and places.
  ...['public_id', 'public_id_prefix', 'folder', 'asset_folder', 'use_asset_folder_as_public_id_prefix'],
  ...['display_name', 'use_filename', 'unique_filename', 'filename_override', 'use_filename_as_display_name'],
  ...['discard_original_filename', 'type', 'overwrite', 'file'],
  // What is said of it.
  ...['tags', 'context', 'allowed_formats', 'eager', 'transformation', 'notification_url'],
  // Of no consequence here: there is no CDN to purge, no backup, and nothing is derived.
  ...['invalidate', 'backup', 'eager_async', 'access_mode'],
])

/** As Cloudinary lists them when another one comes unsigned. */
const allowedUnsigned =
  'upload_preset,callback,public_id,folder,asset_folder,tags,context,metadata,face_coordinates,custom_coordinates,source,filename_override,manifest_transformation,manifest_json,template,template_vars,regions,public_id_prefix'

/** Sent by anyone, and no parameter of the upload. */
const free = new Set(['api_key', 'cloud_name', 'file', 'resource_type', 'timestamp', 'signature'])

/** An upload that may go on. */
export interface Admission {
  /** With those of the preset. */
  fields: Fields
  isUnsigned: boolean
}

/**
 * Lets an upload in: with Basic authentication, a signature or an unsigned preset.
 *
 * @throws Refusal
 */
export function admitUpload(
  fields: Fields,
  authorization: string | undefined,
  presets: Record<string, UploadPreset>,
): Admission {
  const isUnsigned = authorization === undefined && textOf(fields, 'signature') === undefined
  const name = textOf(fields, 'upload_preset')
  if (authorization !== undefined) checkBasic(authorization)
  else if (!isUnsigned) checkSignature(fields)
  else if (name === undefined) throw invalid('Upload preset must be specified when using unsigned upload')
  const preset = name === undefined ? {} : presetOf(name, presets)
  if (isUnsigned) checkUnsigned(fields, preset)
  const all: Fields = { ...preset.parameters, ...fields }
  for (const parameter of Object.keys(all)) {
    if (!taken.has(parameter)) throw notInSandbox(`the parameter ${parameter}`)
  }
  return { fields: all, isUnsigned }
}

function presetOf(name: string, presets: Record<string, UploadPreset>): UploadPreset {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined
  if (!preset) throw invalid('Upload preset not found')
  return preset
}

function checkUnsigned(fields: Fields, { isUnsigned = false }: UploadPreset): void {
  if (!isUnsigned) throw invalid('Upload preset must be whitelisted for unsigned uploads')
  const allowed = new Set(allowedUnsigned.split(','))
  const other = Object.keys(fields).find((name) => !allowed.has(name) && !free.has(name))
  if (other === undefined) return
  const title = other.charAt(0).toUpperCase() + other.slice(1).replaceAll('_', ' ')
  throw invalid(
    `${title} parameter is not allowed when using unsigned upload. Only ${allowedUnsigned} upload parameters are allowed.`,
  )
}

/** Whether a flag is set: `true` or `1`. */
export function isSet(fields: Fields, name: string): boolean {
  return ['1', 'true'].includes(textOf(fields, name) ?? '')
}

/** Whether a flag that is set by default is taken back: `false` or `0`. */
export function isUnset(fields: Fields, name: string): boolean {
  return ['0', 'false'].includes(textOf(fields, name) ?? '')
}

/** Who may fetch it. @throws Refusal */
export function deliveryTypeOf(fields: Fields, name = 'type'): DeliveryType {
  const type = textOf(fields, name) ?? 'upload'
  if (type === 'upload' || type === 'private' || type === 'authenticated') return type
  throw invalid(`Invalid value ${type} for parameter ${name}`)
}

/** `a=b|c=d`, where a backslash stands before an equals sign or a bar that is part of a key or a value. */
export function contextOf(fields: Fields): Record<string, string> {
  const pairs = (textOf(fields, 'context') ?? '').split(/(?<!\\)\|/).filter(Boolean)
  const unescaped = (text: string) => text.replace(/\\([=|])/g, '$1')
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.search(/(?<!\\)=/)
      if (at < 1) throw invalid('Invalid value for parameter context')
      return [unescaped(pair.slice(0, at)), unescaped(pair.slice(at + 1))]
    }),
  )
}

/** The transformations asked for in advance. @throws Refusal */
export function eagerOf(fields: Fields, resourceType: ResourceType): string[] {
  const texts = (textOf(fields, 'eager') ?? '').split('|').filter(Boolean)
  for (const text of texts) readTransformation(text.replace(/\/\w+$/, ''), resourceType)
  return texts
}

/** Refuses what no public id may be (cloudinary.com/documentation/upload_parameters). @throws Refusal */
export function checkPublicId(publicId: string): string {
  const isRight =
    publicId.length <= cloudinaryLimits.publicIdLength &&
    !/[?&#\\%<>+]|\p{Cc}/u.test(publicId) &&
    publicId.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.trim() === part)
  if (!isRight) throw invalid(`public_id (${publicId}) is invalid`)
  return publicId
}

/** Refuses a format that the request does not allow. @throws Refusal */
export function checkAllowedFormat(fields: Fields, resourceType: ResourceType, format: string): void {
  const allowed = listOf(fields, 'allowed_formats').map(formatName)
  if (allowed.length === 0 || allowed.includes(format)) return
  const kind = resourceType.charAt(0).toUpperCase() + resourceType.slice(1)
  throw invalid(format ? `${kind} file format ${format} not allowed` : 'An unknown file format not allowed')
}
