import cluster from 'node:cluster'
import type { Request } from 'express'
import type { Logger } from './logger.js'
import type { RateLimitStore } from './rate-limit-store.js'

/** What `diagnosisOf()` needs to know. */
export interface DiagnosisOptions {
  production: boolean
  logger: Logger
}

const diagnoses = new WeakMap<RateLimitStore, (req: Request) => void>()

/**
 * Looks at how an application is deployed, as far as limits depend on it, and says each fault once for all limiters of
 * one store. It only speaks: which proxies are yours nobody but you can know.
 */
export function diagnosisOf(store: RateLimitStore, options: DiagnosisOptions): (req: Request) => void {
  const known = diagnoses.get(store)
  if (known) return known
  const diagnose = createProxyDiagnosis(options.logger)
  diagnoses.set(store, diagnose)
  if (options.production && !store.isShared) diagnoseMemoryStore(options.logger)
  return diagnose
}

/** A mistake shows in the first forwarded requests. To look at every later one would cost more than to count it. */
const mostLooks = 100

function createProxyDiagnosis(logger: Logger): (req: Request) => void {
  let looksLeft = mostLooks

  return function diagnoseProxy(req) {
    if (looksLeft === 0) return
    if (req.app.get('trust proxy') === true) {
      looksLeft = 0
      logger.warn(
        'trust proxy is true, so every client chooses its own address and no limit holds; set it to the number of proxies in front',
        { code: 'SECURITY_PROXY_TRUSTED_BLINDLY' },
      )
    } else if (isForwarded(req)) {
      looksLeft--
      if (isTrusted(req)) return
      looksLeft = 0
      logger.warn(
        'requests are forwarded by a proxy that is not trusted, so all its clients share one limit; set trust proxy to the number of proxies in front',
        { code: 'SECURITY_PROXY_NOT_TRUSTED' },
      )
    }
  }
}

function diagnoseMemoryStore(logger: Logger): void {
  if (cluster.isWorker) {
    logger.warn(
      'each process of this cluster counts for itself, so limits are multiplied by their number; use redisRateLimitStore()',
      { code: 'SECURITY_LIMITS_NOT_SHARED' },
    )
  } else logger.info('rate limits are counted in the memory of this process')
}

function isForwarded(req: Request): boolean {
  return req.headers['x-forwarded-for'] !== undefined || req.headers.forwarded !== undefined
}

function isTrusted(req: Request): boolean {
  const trusts = req.app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean
  return trusts(req.socket.remoteAddress, 0)
}
