/** All that the sandbox's Cloudinary remembers; the bytes are elsewhere. */
export interface CloudinaryState {
  /** By `<resource type>/<type>/<public id>`. */
  assets: Record<string, Asset>
  /** Chunked uploads under way, by `upload/<X-Unique-Upload-Id>`. */
  chunked: Record<string, ChunkedUpload>
  /** What applications are told, by id. */
  notifications: Record<string, Notification>
}

/** The kinds of resources. */
export type ResourceType = 'image' | 'raw' | 'video'
/** Who may fetch it: anyone, or whoever has a signed address. */
export type DeliveryType = 'authenticated' | 'private' | 'upload'

/** What Cloudinary keeps under a public id. */
export interface Asset {
  assetId: string
  publicId: string
  resourceType: ResourceType
  type: DeliveryType
  /** Seconds since 1970, and higher with each upload under the same id. */
  version: number
  versionId: string
  /** Raw files have none. */
  format?: string
  /** Raw files have none: they are delivered as the extension of their id says. */
  contentType?: string
  /** Read from images. */
  width?: number
  height?: number
  bytes: number
  /** MD5, hexadecimal. */
  etag: string
  createdAtMs: number
  tags: string[]
  context: Record<string, string>
  assetFolder: string
  displayName: string
  originalFilename: string
  /** Transformations that were asked for in advance. */
  eager: string[]
  /** Names its bytes. */
  blob: string
}

/** A chunked upload under way. */
export interface ChunkedUpload {
  startedAtMs: number
  /** In order, without gaps. */
  chunks: Array<{ blob: string; bytes: number }>
}

/** What an application is told, at the `notification_url` of a request. */
export interface Notification {
  id: string
  url: string
  /** JSON. */
  body: string
  /** When it is sent, in sandbox time. */
  dueAtMs: number
  /** It is signed with a wrong secret. */
  isCorrupted: boolean
  state: 'delivered' | 'dropped' | 'failed' | 'pending'
  attempt?: NotificationAttempt
}

/** The one attempt to deliver a notification, with the application's answer. */
export interface NotificationAttempt {
  atMs: number
  /** HTTP status of the answer; absent when there was none. */
  status?: number
  answer?: string
  error?: string
}

type Table = keyof CloudinaryState

/** A change of the Cloudinary. */
export type CloudinaryChange =
  | { type: 'cloudinarySet'; table: 'assets'; id: string; record: Asset }
  | { type: 'cloudinarySet'; table: 'chunked'; id: string; record: ChunkedUpload }
  | { type: 'cloudinarySet'; table: 'notifications'; id: string; record: Notification }
  | { type: 'cloudinaryDeleted'; table: Table; id: string }

/** The state before anything has happened. */
export function emptyCloudinaryState(): CloudinaryState {
  return { assets: {}, chunked: {}, notifications: {} }
}

/** Applies a change to `state`, in place. Records themselves are never changed, only replaced. */
export function applyToCloudinary(state: CloudinaryState, change: CloudinaryChange): void {
  const table: Record<string, Asset | ChunkedUpload | Notification> = state[change.table]
  if (change.type === 'cloudinarySet') table[change.id] = change.record
  else Reflect.deleteProperty(table, change.id)
}

/** Where an asset stands in its table. */
export function keyOf({
  resourceType,
  type,
  publicId,
}: Pick<Asset, 'publicId' | 'resourceType' | 'type'>): string {
  return `${resourceType}/${type}/${publicId}`
}

/** The names of all bytes that the state speaks of. */
export function blobsOf({ assets, chunked }: CloudinaryState): Set<string> {
  const chunks = Object.values(chunked).flatMap((upload) => upload.chunks)
  return new Set([...Object.values(assets), ...chunks].map(({ blob }) => blob))
}

/** How many bytes are kept. */
export function totalBytes({ assets, chunked }: CloudinaryState): number {
  const chunks = Object.values(chunked).flatMap((upload) => upload.chunks)
  return [...Object.values(assets), ...chunks].reduce((sum, { bytes }) => sum + bytes, 0)
}
