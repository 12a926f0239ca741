import { SandboxError } from '../errors.js'
import { addressOf } from './answers.js'
import type { CloudinaryContext } from './context.js'
import type { CloudinaryFaults } from './faults.js'
import { createCloudinaryGateway } from './gateway.js'
import { createNotifications } from './notifications.js'
import { createCloudinaryRequestLog, type CloudinaryRequestRecord } from './request-log.js'
import { blobsOf, totalBytes, type Asset, type Notification as CloudinaryNotification } from './state.js'

/** What was uploaded, as far as a person or a test wants to know. */
export interface CloudinaryAsset extends Omit<Asset, 'blob'> {
  /** Where the file is delivered. */
  url: string
}

/** Cloudinary on this machine: what a test, or a person, sees of it and does to it. Every answer is a copy. */
export interface CloudinarySandbox {
  /** What is there, the oldest first. */
  assets(): CloudinaryAsset[]
  /** The bytes of one of them. @throws SandboxError SANDBOX_NOT_FOUND */
  content(assetId: string): Promise<Buffer>
  /** How many bytes are kept. */
  totalBytes(): number
  /** What applications were told, with the answer; the last 500. */
  notifications(): CloudinaryNotification[]
  /** The last 500 requests of this run, those for files included; the oldest first. */
  requests(): CloudinaryRequestRecord[]
  faults: CloudinaryFaults
  /** Throws away all that was uploaded. */
  clear(): Promise<void>
}

/** Puts the parts together. What an earlier run has not told yet is taken up by `start()`. */
export function createCloudinary(context: CloudinaryContext, changed: () => void) {
  const { store, blobs, faults, url } = context
  const log = createCloudinaryRequestLog(changed)
  const notifications = createNotifications(context)
  const all = () => Object.values(store.state.cloudinary.assets)

  const cloudinary: CloudinarySandbox = {
    assets: () =>
      structuredClone(all()).map(({ blob: _blob, ...asset }) => ({ ...asset, url: addressOf(asset, url()) })),
    async content(assetId) {
      const asset = all().find((candidate) => candidate.assetId === assetId)
      if (!asset)
        throw new SandboxError('SANDBOX_NOT_FOUND', `There is no asset ${assetId}.`, { status: 404 })
      return blobs.read(asset.blob)
    },
    totalBytes: () => totalBytes(store.state.cloudinary),
    notifications: () => structuredClone(Object.values(store.state.cloudinary.notifications)),
    requests: () => structuredClone(log.list()),
    faults: { order: faults.order, list: faults.list, clear: faults.clear },
    async clear() {
      const { assets, chunked } = store.state.cloudinary
      const unused = [...blobsOf(store.state.cloudinary)]
      const deleted = [
        ...Object.keys(assets).map((id) => ({ type: 'cloudinaryDeleted', table: 'assets', id }) as const),
        ...Object.keys(chunked).map((id) => ({ type: 'cloudinaryDeleted', table: 'chunked', id }) as const),
      ]
      store.commit(...deleted)
      await store.saved()
      await blobs.remove(...unused)
    },
  }
  return {
    cloudinary,
    router: createCloudinaryGateway(context, log, notifications.takeUp),
    start: () => notifications.takeUp(),
    stop: () => notifications.close(),
  }
}
