import express, { type ErrorRequestHandler, type Router } from 'express'
import { SandboxError } from '../errors.js'
import type { CloudinarySandbox } from './cloudinary.js'
import { contentPolicy } from './delivery.js'
import { cloudinaryFaultTable, type CloudinaryFaultOrder } from './faults.js'

/** Creates the control API of Cloudinary: what `sandbox.cloudinary` does in code, for other processes. JSON is parsed already. */
export function createCloudinaryControl(cloudinary: CloudinarySandbox): Router {
  const control = express.Router()
  control.get('/assets', (_req, res) => {
    res.json({ assets: cloudinary.assets(), totalBytes: cloudinary.totalBytes() })
  })
  control.get('/assets/:id/content', async (req, res) => {
    const bytes = await cloudinary.content(req.params.id)
    const { contentType } = cloudinary.assets().find(({ assetId }) => assetId === req.params.id) ?? {}
    res.set({ ...contentPolicy, 'cache-control': 'no-store' })
    res.type(contentType ?? 'application/octet-stream').send(bytes)
  })
  control.delete('/assets', async (_req, res) => {
    await cloudinary.clear()
    res.status(204).end()
  })
  control.get('/notifications', (_req, res) => void res.json(cloudinary.notifications()))
  control.get('/requests', (_req, res) => void res.json(cloudinary.requests()))

  control.get('/faults', (_req, res) => {
    res.json({ standing: cloudinary.faults.list(), known: cloudinaryFaultTable })
  })
  control.post('/faults', (req, res) => {
    res.status(201).json(cloudinary.faults.order((req.body ?? {}) as CloudinaryFaultOrder))
  })
  control.delete('/faults', (_req, res) => {
    cloudinary.faults.clear()
    res.status(204).end()
  })
  control.delete('/faults/:id', (req, res) => {
    cloudinary.faults.clear(Number(req.params.id))
    res.status(204).end()
  })
  control.use(refuseMisuse)
  return control
}

/** What is a TypeError in code is a wrong request here. */
const refuseMisuse: ErrorRequestHandler = function refuseMisuse(error: unknown, _req, _res, next) {
  if (!(error instanceof TypeError)) return next(error)
  next(new SandboxError('SANDBOX_REQUEST_INVALID', error.message, { status: 400, cause: error }))
}
