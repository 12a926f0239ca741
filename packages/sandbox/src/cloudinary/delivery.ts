import type { Request, RequestHandler, Response } from 'express'
import type { CloudinaryContext } from './context.js'
import { formatName, isFormatOf } from './media.js'
import { notInSandbox, Refusal, resourceNotFound } from './refusal.js'
import type { CloudinaryRequestLog } from './request-log.js'
import { isDeliverySignature } from './signature.js'
import { cloud } from './settings.js'
import { keyOf, type Asset, type DeliveryType, type ResourceType } from './state.js'
import { isTransformation, readTransformation, type Transformation } from './transformation.js'

/** What an address asks for. */
interface Wanted {
  resourceType: ResourceType
  type: DeliveryType
  signature?: string
  /** What a signature is over: transformation and name, escaped as they stand in the address. */
  signed: string
  transformation: string
  /** The public id, with an extension unless there is none. */
  name: string
}

/** A file that anyone has uploaded runs nothing here, and knows nothing of the sandbox's pages. */
export const contentPolicy = {
  'content-security-policy':
    "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'",
  'x-content-type-options': 'nosniff',
}

/** Creates what stands for the CDN: sends the bytes as they were uploaded, whatever size or format is asked for. */
export function createDelivery(context: CloudinaryContext, log: CloudinaryRequestLog): RequestHandler {
  const { clock, store, blobs, faults } = context

  return async function cloudinaryDelivery(req, res, next) {
    const wanted = readAddress(req.path)
    if (!wanted) return next()
    res.set({ 'access-control-allow-origin': '*', 'timing-allow-origin': '*' })
    let refusal: Refusal | undefined
    try {
      refuseIfOrdered()
      const found = find(wanted)
      const bytes = await blobs.read(found.asset.blob).catch(() => {
        throw resourceNotFound(found.asset.publicId) // removed meanwhile
      })
      const slowness = faults.take('slowAnswer', 'delivery')
      if (slowness?.ms) await clock.sleep(slowness.ms)
      if (faults.take('loseAnswer', 'delivery')) res.socket?.destroy()
      else send(req, res, { ...found, bytes })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusal = error
      sendRefusal(res, error)
    }
    const answer = refusal && { error: { message: refusal.message } }
    log.add({ atMs: clock.now(), operation: 'delivery', request: req, status: res.statusCode, answer })
  }

  /** @throws Refusal */
  function refuseIfOrdered(): void {
    const limit = faults.take('rateLimit', 'delivery')
    if (limit) throw new Refusal(limit.status ?? 420, 'Rate Limit Exceeded')
    const error = faults.take('serverError', 'delivery')
    if (error) throw new Refusal(error.status ?? 500, 'General Error')
  }

  /** @throws Refusal */
  function find(wanted: Wanted): { asset: Asset; transformation: Transformation } {
    const { resourceType, type, signature, name } = wanted
    const transformation = readTransformation(wanted.transformation, resourceType)
    if (signature !== undefined && !isDeliverySignature(signature, wanted.signed)) {
      throw new Refusal(401, 'Invalid Signature')
    }
    if (type !== 'upload' && signature === undefined) throw new Refusal(401, 'deny or ACL failure')
    const at = (publicId: string) => store.state.cloudinary.assets[keyOf({ resourceType, type, publicId })]
    const [, stem = name, extension = ''] = /^(.+)\.(\w+)$/.exec(name) ?? []
    if (resourceType === 'raw') {
      const asset = at(name)
      if (!asset) throw resourceNotFound(name)
      return { asset, transformation }
    }
    const format = formatName(extension)
    const asset =
      (isFormatOf('image', format) || isFormatOf('video', format) ? at(stem) : undefined) ?? at(name)
    if (!asset) throw resourceNotFound(isFormatOf(resourceType, format) ? stem : name)
    if (resourceType === 'video' && isFormatOf('image', format)) throw notInSandbox('a picture of a video')
    return { asset, transformation }
  }

  function send(
    req: Request,
    res: Response,
    { asset, transformation, bytes }: { asset: Asset; transformation: Transformation; bytes: Buffer },
  ): void {
    const extension = /\.(\w+)$/.exec(asset.publicId)?.[1]
    res.type(asset.contentType ?? extension ?? 'application/octet-stream')
    res.set({
      etag: `"${asset.etag}"`,
      'last-modified': new Date(asset.version * 1000).toUTCString(),
      'cache-control': 'public, no-transform, immutable, max-age=2592000',
      'accept-ranges': 'bytes',
      ...contentPolicy,
      ...(transformation.isAutoFormat && { vary: 'Accept' }),
    })
    if (transformation.attachment) res.attachment(attachmentName(asset, transformation.attachment))
    const cut = faults.take('resetDelivery', 'delivery')
    if (cut) return breakOff(res, bytes, cut.bytes ?? 1)
    const [range] = asArray(req.range(bytes.length))
    if (!range) return void res.send(bytes) // or 304, if the client has it
    res.status(206).set('content-range', `bytes ${range.start}-${range.end}/${bytes.length}`)
    res.send(bytes.subarray(range.start, range.end + 1))
  }
}

/** Reads an address from left to right. Undefined: it is none of this cloud. */
function readAddress(path: string): Wanted | undefined {
  const [cloudName, resourceType, type, ...parts] = path.split('/').slice(1)
  if (cloudName !== cloud.name || !isResourceType(resourceType) || !isDeliveryType(type)) return undefined
  const [, signature] = /^s--([\w-]+)--$/.exec(parts[0] ?? '') ?? []
  if (signature !== undefined) parts.shift()
  const count = parts.findIndex((part, index) => index === parts.length - 1 || !isTransformation(part))
  const transformation = parts.splice(0, count)
  if (parts.length > 1 && /^v\d+$/.test(parts[0] ?? '')) parts.shift()
  const name = decoded(parts.join('/'))
  if (name === undefined) return undefined
  return {
    ...{ resourceType, type, name, transformation: decoded(transformation.join('/')) ?? '' },
    ...(signature !== undefined && { signature }),
    signed: [...transformation, ...parts].join('/'),
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function isResourceType(text: string | undefined): text is ResourceType {
  return text === 'image' || text === 'video' || text === 'raw'
}

function isDeliveryType(text: string | undefined): text is DeliveryType {
  return text === 'upload' || text === 'private' || text === 'authenticated'
}

function attachmentName({ publicId, format }: Asset, { filename }: { filename?: string }): string {
  const name = filename ?? publicId.split('/').at(-1) ?? publicId
  return format === undefined ? name : `${name}.${format}`
}

function asArray<T>(value: T[] | number | undefined): T[] {
  return Array.isArray(value) && value.length === 1 ? value : []
}

function breakOff(res: Response, bytes: Buffer, count: number): void {
  res.set('content-length', String(bytes.length))
  res.write(bytes.subarray(0, count), () => res.socket?.destroy())
}

function sendRefusal(res: Response, { status, message }: Refusal): void {
  res.set({ 'x-cld-error': headerText(message), 'cache-control': 'private, no-transform, max-age=0' })
  res.status(status).end()
}

/** What a header may hold of a message. */
export function headerText(message: string): string {
  return message.replace(/[^\x20-\x7e]/g, '?')
}
