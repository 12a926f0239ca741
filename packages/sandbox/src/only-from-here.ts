import type { RequestHandler } from 'express'
import { SandboxError } from './errors.js'

/**
 * A page of another site must not steer the sandbox: its requests carry its Origin, and a name that it has pointed
 * at 127.0.0.1 is in Host.
 */
export const onlyFromHere: RequestHandler = function onlyFromHere(req, _res, next) {
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(req.get('host') ?? '')
  const origin = req.get('origin')
  if (isLoopback && (origin === undefined || origin === `http://${req.get('host')}`)) return next()
  next(
    new SandboxError('SANDBOX_REQUEST_INVALID', 'The control API answers this machine alone.', {
      status: 403,
    }),
  )
}
