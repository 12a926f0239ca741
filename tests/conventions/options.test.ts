import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import * as db from '@ementech/db'
import * as shutdown from '@ementech/db/shutdown'
import * as env from '@ementech/env'
import * as payments from '@ementech/payments'
import * as mongoStores from '@ementech/payments/mongo'
import * as mpesa from '@ementech/payments/mpesa'
import * as realtime from '@ementech/realtime'
import * as client from '@ementech/realtime/client'
import * as sandbox from '@ementech/sandbox'
import * as mongo from '@ementech/sandbox/mongo'
import * as security from '@ementech/security'
import * as uploads from '@ementech/uploads'
import * as cloudinary from '@ementech/uploads/cloudinary'
import * as disk from '@ementech/uploads/disk'

const uri = 'mongodb://127.0.0.1:1/nowhere'

/** Every function that takes options, called with one that does not exist. `never` lets the compiler look away. */
const calls: Record<string, (options: never) => unknown> = {
  'createEnv()': (options) => env.createEnv(options),
  'createSecurity()': (options) => security.createSecurity(options),
  'securityHeaders()': (options) => security.securityHeaders(options),
  'cors()': (options) => security.cors(options),
  'rateLimit()': (options) => security.rateLimit(options),
  'memoryRateLimitStore()': (options) => security.memoryRateLimitStore(options),
  'redisRateLimitStore()': (options) => security.redisRateLimitStore(async () => 1, options),
  'injectionGuard()': (options) => security.injectionGuard(options),
  'cspReports()': (options) => security.cspReports(options),
  'bodyParsers()': (options) => security.bodyParsers(options),
  'createTokens()': (options) => security.createTokens(options),
  'jwks()': (options) => security.jwks(options),
  'createSessions()': (options) => security.createSessions(options),
  'createCsrf()': (options) => security.createCsrf(options),
  'createLockout()': (options) => security.createLockout(options),
  'createPasswordReset()': (options) => security.createPasswordReset(options),
  'redisSessionStore()': (options) => security.redisSessionStore(async () => 1, options),
  'redisStateStore()': (options) => security.redisStateStore(async () => 1, options),
  'createPasswords()': (options) => security.createPasswords(options),
  'authenticate()': (options) => security.authenticate(options),
  'validate()': (options) => security.validate(options),
  'errorHandler()': (options) => security.errorHandler(options),
  'createPayments()': (options) => payments.createPayments(options),
  'createMpesa()': (options) => mpesa.createMpesa(options),
  'mpesaCallbacks()': (options) => mpesa.mpesaCallbacks(options),
  'mpesaCallbackUrls()': (options) => mpesa.mpesaCallbackUrls(options),
  'mongoInbox()': (options) => mongoStores.mongoInbox({} as never, options),
  'memoryInbox()': (options) => payments.memoryInbox(options),
  'createUploads()': (options) => uploads.createUploads(options),
  'diskStorage()': (options) => disk.diskStorage(options),
  'cloudinaryStorage()': (options) => cloudinary.cloudinaryStorage(options),
  'createRealtime()': (options) => realtime.createRealtime(createServer(), options),
  'connectRealtime()': (options) => client.connectRealtime('http://127.0.0.1:1', options),
  'connectMongo()': (options) => db.connectMongo(uri, options),
  'createShutdown()': (options) => shutdown.createShutdown(options),
  'startSandbox()': (options) => sandbox.startSandbox(options),
  'startMongo()': (options) => mongo.startMongo(options),
}

describe('an option that does not exist', () => {
  it.each(Object.entries(calls))('is refused by %s, by name', async (_name, call) => {
    const refused = await new Promise((resolve) => resolve(call({ lgoger: console } as never))).catch(
      (error: unknown) => error,
    )
    expect(refused).toBeInstanceOf(TypeError)
    expect((refused as TypeError).message).toContain('lgoger')
  })
})
