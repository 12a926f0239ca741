import type { Request } from 'express'
import { uploadBody } from './answers.js'
import { takeChunk } from './chunks.js'
import type { CloudinaryContext } from './context.js'
import { listOf, textOf, type Fields, type FilePart, type Form } from './form.js'
import { hexId, md5, randomName } from './ids.js'
import { readMedia, unreadFormat, type Media } from './media.js'
import { planNotification } from './notifications.js'
import { ok, resourceTypeIn, type Answer, type Operation } from './operation.js'
import { invalid, missing, notInSandbox } from './refusal.js'
import type { CloudinarySettings } from './settings.js'
import { keyOf, totalBytes, type Asset, type ResourceType } from './state.js'
import { readTransformation } from './transformation.js'
import {
  admitUpload,
  checkAllowedFormat,
  checkPublicId,
  contextOf,
  deliveryTypeOf,
  eagerOf,
  isSet,
  isUnset,
  type Admission,
} from './upload-params.js'

/** Uploads: in one request, or in chunks. */
export const uploadOperations: Operation[] = ['/:resourceType/upload', '/upload'].map((path) => ({
  name: 'upload',
  method: 'post',
  path,
  run: upload,
}))

async function upload(context: CloudinaryContext, req: Request, form: Form): Promise<Answer> {
  const { settings, store, blobs } = context
  const wanted = req.params.resourceType === 'auto' ? 'auto' : resourceTypeIn(req)
  const admission = admitUpload(form.fields, req.get('authorization'), settings.uploadPresets)
  const part = fileOf(form)
  checkSize(part.size, mostBytes(settings, wanted))
  checkRoom(context, part.size)
  const chunked = await takeChunk(context, req, part, mostBytes(settings, wanted))
  if (!chunked) return keepFile(context, admission, part, wanted)
  if ('answer' in chunked) return chunked.answer
  try {
    const answer = await keepFile(context, admission, chunked.file, wanted)
    return { ...answer, unused: [...(answer.unused ?? []), ...chunked.unused] }
  } catch (error) {
    await store.saved()
    await blobs.remove(...chunked.unused)
    throw error
  }
}

/** Takes a whole file as what it was sent for, if it is that. @throws Refusal */
async function keepFile(
  context: CloudinaryContext,
  admission: Admission,
  file: FilePart,
  wanted: ResourceType | 'auto',
): Promise<Answer> {
  if (file.size === 0) throw invalid('Empty file')
  const { resourceType, media } = kindOf(wanted, file.bytes)
  checkSize(file.size, mostBytes(context.settings, resourceType))
  const asset = describe(context, admission.fields, { file, resourceType, media })
  return keep(context, admission, asset, file.bytes)
}

/** The file, or what a parameter holds of it. @throws Refusal */
function fileOf({ file, fields }: Form): FilePart {
  if (file) return file
  const source = textOf(fields, 'file')
  if (source === undefined) throw missing('file')
  if (/^(https?|ftp|s3|gs):/i.test(source))
    throw notInSandbox('fetching a file from an address; send its bytes')
  const [head = '', data] = source.split(',', 2)
  if (data === undefined || !/^data:[^,]*;base64$/i.test(head)) {
    throw invalid(`Unsupported source URL: ${source.slice(0, 200)}`)
  }
  const bytes = Buffer.from(data, 'base64')
  return { bytes, size: bytes.length, filename: 'file' }
}

function mostBytes(settings: CloudinarySettings, kind: ResourceType | 'auto'): number {
  const { maxImageBytes: image, maxVideoBytes: video, maxRawBytes: raw } = settings
  return { image, video, raw, auto: Math.max(image, video, raw) }[kind]
}

function checkSize(bytes: number, most: number): void {
  if (bytes > most) throw invalid(`File size too large. Got ${bytes}. Maximum is ${most}.`)
}

function checkRoom({ store, settings }: CloudinaryContext, bytes: number): void {
  if (totalBytes(store.state.cloudinary) + bytes <= settings.maxTotalBytes) return
  throw notInSandbox(`room for ${bytes} bytes more. It keeps ${settings.maxTotalBytes} (maxTotalBytes)`)
}

/** What the file is: what was asked for, if it is that. @throws Refusal */
function kindOf(wanted: ResourceType | 'auto', bytes: Buffer): { resourceType: ResourceType; media?: Media } {
  if (wanted === 'raw') return { resourceType: 'raw' }
  const media = readMedia(bytes)
  if (media && (wanted === 'auto' || wanted === media.resourceType)) {
    return { resourceType: media.resourceType, media }
  }
  const unread = wanted === 'video' ? undefined : unreadFormat(bytes)
  if (unread !== undefined) throw notInSandbox(`reading ${unread} as an image`)
  if (wanted === 'auto') return { resourceType: 'raw' }
  throw invalid(wanted === 'image' ? 'Invalid image file' : 'Unsupported video format or file')
}

/** Everything that is known of the file but where its bytes are. @throws Refusal */
function describe(
  { clock, random, store }: CloudinaryContext,
  fields: Fields,
  { file, resourceType, media }: { file: FilePart; resourceType: ResourceType; media?: Media | undefined },
): Omit<Asset, 'blob'> {
  const [, stem = '', extension = ''] =
    /^(.*?)(?:\.(\w+))?$/s.exec(textOf(fields, 'filename_override') ?? file.filename) ?? []
  checkAllowedFormat(fields, resourceType, media?.format ?? extension.toLowerCase())
  readTransformation(textOf(fields, 'transformation') ?? '', resourceType)
  const name = textOf(fields, 'public_id') ?? chosenName()
  const folder = textOf(fields, 'folder')?.replace(/^\/|\/$/g, '')
  const assetFolder = textOf(fields, 'asset_folder') ?? folder ?? ''
  const prefix =
    folder ??
    textOf(fields, 'public_id_prefix') ??
    (isSet(fields, 'use_asset_folder_as_public_id_prefix') ? assetFolder : '')
  const publicId = checkPublicId([prefix, name].filter(Boolean).join('/'))
  const type = deliveryTypeOf(fields)
  const earlier = store.state.cloudinary.assets[keyOf({ resourceType, type, publicId })]
  return {
    ...{ publicId, resourceType, type, assetFolder },
    assetId: earlier?.assetId ?? hexId(random),
    version: Math.max(Math.floor(clock.now() / 1000), (earlier?.version ?? 0) + 1),
    versionId: hexId(random),
    ...(media && { format: media.format, contentType: media.contentType, ...media.size }),
    bytes: file.size,
    etag: md5(file.bytes),
    createdAtMs: earlier?.createdAtMs ?? clock.now(),
    tags: listOf(fields, 'tags'),
    context: contextOf(fields),
    displayName: textOf(fields, 'display_name') ?? defaultDisplayName(),
    originalFilename: isSet(fields, 'discard_original_filename') ? 'file' : stem,
    eager: eagerOf(fields, resourceType),
  }

  function chosenName(): string {
    const own = isSet(fields, 'use_filename') ? namedAfterFile() : randomName(random)
    return resourceType === 'raw' && extension ? `${own}.${extension}` : own
  }

  function namedAfterFile(): string {
    const safe = stem.trim().replace(/[?&#\\%<>+/\s]+/g, '_') || 'file'
    return isUnset(fields, 'unique_filename') ? safe : `${safe}_${randomName(random, 6)}`
  }

  function defaultDisplayName(): string {
    if (isSet(fields, 'use_filename_as_display_name')) return stem
    return publicId.split('/').at(-1) ?? publicId
  }
}

/** Keeps the bytes, then says so; what stands there already is replaced, unless the request forbids it. */
async function keep(
  context: CloudinaryContext,
  { fields, isUnsigned }: Admission,
  asset: Omit<Asset, 'blob'>,
  bytes: Buffer,
): Promise<Answer> {
  const { store, blobs, url } = context
  const id = keyOf(asset)
  const mayReplace = !isUnsigned && !isUnset(fields, 'overwrite')
  const blob = await blobs.put(bytes)
  // From here to the commit nothing else happens: what was true before the bytes were written may not be any more.
  const earlier = store.state.cloudinary.assets[id]
  if (earlier && !mayReplace) return ok({ ...uploadBody(earlier, url()), existing: true }, { unused: [blob] })
  const record: Asset = { ...asset, version: Math.max(asset.version, (earlier?.version ?? 0) + 1), blob }
  const body = { ...uploadBody(record, url()), ...(earlier && { overwritten: true }) }
  try {
    checkRoom(context, asset.bytes)
    const notifications = planNotification(context, fields, 'upload', body)
    store.commit({ type: 'cloudinarySet', table: 'assets', id, record }, ...notifications)
  } catch (error) {
    await blobs.remove(blob)
    throw error
  }
  return ok(body, { unused: earlier ? [earlier.blob] : [] })
}
