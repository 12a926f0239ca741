import { createHash, timingSafeEqual } from 'node:crypto'
import type { Fields } from './form.js'
import { invalid, missing, Refusal } from './refusal.js'
import { cloud, cloudinaryLimits } from './settings.js'
import { textOf } from './form.js'

/** What is never signed (cloudinary.com/documentation/authentication_signatures). */
const unsigned = new Set(['api_key', 'cloud_name', 'file', 'resource_type', 'signature'])

/** The hash algorithms that an account can choose. */
export type HashAlgorithm = 'sha1' | 'sha256'

/** The parameters in order, as they are signed: version 2 writes an ampersand in a value so that it is none. */
export function stringToSign(fields: Fields, version: 1 | 2): string {
  return Object.entries(fields)
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value] as const)
    .filter(([name, value]) => !unsigned.has(name) && value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .map((pair) => (version === 2 ? pair.replaceAll('&', '%26') : pair))
    .join('&')
}

/** A plain hash over the text and the secret, hexadecimal. */
export function sign(text: string, algorithm: HashAlgorithm = 'sha1'): string {
  return createHash(algorithm)
    .update(text + cloud.apiSecret)
    .digest('hex')
}

/**
 * Checks that a request was signed with the secret, no longer than an hour ago. Its age is a matter of real time, because
 * SDKs write real time into it.
 *
 * @throws Refusal
 */
export function checkSignature(fields: Fields): void {
  const signature = textOf(fields, 'signature') ?? ''
  const apiKey = textOf(fields, 'api_key')
  if (apiKey === undefined) throw missing('api_key')
  if (apiKey !== cloud.apiKey) throw new Refusal(401, `Unknown API key ${apiKey}`)
  checkTimestamp(textOf(fields, 'timestamp'))
  const algorithm = signature.length === 64 ? 'sha256' : 'sha1'
  const isRight = ([1, 2] as const).some((version) =>
    isEqual(sign(stringToSign(fields, version), algorithm), signature),
  )
  if (isRight) return
  throw new Refusal(401, `Invalid Signature ${signature}. String to sign - '${stringToSign(fields, 2)}'.`)
}

function checkTimestamp(timestamp: string | undefined): void {
  if (timestamp === undefined) throw missing('timestamp')
  if (!/^\d{1,11}$/.test(timestamp)) throw invalid(`Invalid timestamp ${timestamp}`)
  const reportedMs = Number(timestamp) * 1000
  if (Date.now() - reportedMs <= cloudinaryLimits.signatureMs) return
  const reported = new Date(reportedMs).toISOString().slice(0, 19).replace('T', ' ')
  throw invalid(`Stale request - reported time is ${reported} +0000 which is more than 1 hour ago`)
}

/** Checks `Authorization: Basic` with key and secret. @throws Refusal */
export function checkBasic(header: string): void {
  const [, encoded] = /^Basic ([\w+/=-]+)$/i.exec(header) ?? []
  if (encoded === undefined) throw new Refusal(401, 'Invalid credentials')
  const [key = '', ...secret] = Buffer.from(encoded, 'base64').toString().split(':')
  if (key !== cloud.apiKey) throw new Refusal(401, 'unknown api_key')
  if (!isEqual(secret.join(':'), cloud.apiSecret)) throw new Refusal(401, 'api_secret mismatch')
}

/** What stands in `s--…--` of a delivery address, over transformation and source as they stand there. */
export function deliverySignature(source: string, algorithm: HashAlgorithm = 'sha1', length = 8): string {
  const hash = createHash(algorithm)
    .update(source + cloud.apiSecret)
    .digest('base64')
  return hash.slice(0, length).replaceAll('/', '_').replaceAll('+', '-')
}

/** Whether it is that: 8 characters, or of SHA-256 also 32. */
export function isDeliverySignature(signature: string, source: string): boolean {
  const { length } = signature
  const algorithms: HashAlgorithm[] = length === 32 ? ['sha256'] : ['sha1', 'sha256']
  const isRight = algorithms.some((algorithm) => deliverySignature(source, algorithm, length) === signature)
  return isRight && [8, 32].includes(length)
}

function isEqual(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)]
  return first.length === second.length && timingSafeEqual(first, second)
}
