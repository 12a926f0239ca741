import { constants, publicEncrypt, X509Certificate } from 'node:crypto'
import { assertKnownKeys } from '../options.js'

/**
 * The API user of the M-Pesa organisation portal, in whose name money is sent, reversed and asked about. Give the
 * password with Safaricom's certificate, or the ready-made `securityCredential`.
 */
export interface MpesaInitiator {
  name: string
  password?: string
  /** In PEM: from the Daraja portal, of the same environment as the keys. It is not part of this package. */
  certificate?: string
  /** For a certificate that Safaricom still gives out although its date is past. Default false. */
  allowExpiredCertificate?: boolean
  /** The encrypted password, in base64, in place of `password` and `certificate`. */
  securityCredential?: string
}

/** An initiator as requests carry it. */
export interface Credentials {
  readonly initiator: string
  readonly credential: string
}

const KEYS = ['name', 'password', 'certificate', 'allowExpiredCertificate', 'securityCredential']

/** Checks the initiator and encrypts its password, once. Throws a `TypeError` that says what is wrong. */
export function readInitiator(initiator: MpesaInitiator, now: number): Credentials {
  assertKnownKeys('createMpesa: initiator', initiator, KEYS)
  const { name, password, certificate, securityCredential, allowExpiredCertificate = false } = initiator
  if (!isText(name)) throw new TypeError('createMpesa: initiator.name is missing')
  if (securityCredential !== undefined) {
    if (password === undefined && certificate === undefined && isText(securityCredential)) {
      return { initiator: name, credential: securityCredential }
    }
    throw new TypeError(
      'createMpesa: initiator has securityCredential, or password and certificate, not both',
    )
  }
  if (!isText(password)) throw new TypeError('createMpesa: initiator.password is missing')
  if (!isText(certificate)) throw new TypeError('createMpesa: initiator.certificate is missing')
  return {
    initiator: name,
    credential: securityCredentialOf(password, certificate, { allowExpired: allowExpiredCertificate, now }),
  }
}

/**
 * The `SecurityCredential` for a password: RSA with PKCS#1 v1.5 padding, in base64 (Daraja portal, "Transaction
 * Status"). Throws a `TypeError` if the certificate cannot be used.
 */
export function securityCredentialOf(
  password: string,
  certificate: string,
  { allowExpired = false, now = Date.now() }: { allowExpired?: boolean; now?: number } = {},
): string {
  const key = rsaKeyOf(readCertificate(certificate), allowExpired, now)
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(password)).toString(
    'base64',
  )
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    // No cause for other texts: whoever confused the fields has put the password, or a private key, here.
    const isPem = pem.includes('-----BEGIN CERTIFICATE-----')
    throw new TypeError(
      'createMpesa: initiator.certificate cannot be read; give the PEM text of the certificate from the Daraja portal',
      isPem ? { cause } : undefined,
    )
  }
}

function rsaKeyOf({ publicKey, validTo }: X509Certificate, allowExpired: boolean, now: number) {
  if (publicKey.asymmetricKeyType !== 'rsa') {
    throw new TypeError(
      'createMpesa: initiator.certificate holds no RSA key; it is not the one for credentials',
    )
  }
  if (!allowExpired && Date.parse(validTo) < now) {
    throw new TypeError(
      `createMpesa: initiator.certificate expired on ${validTo}; take the current one from the Daraja portal, or ` +
        'set initiator.allowExpiredCertificate if that is the one which Safaricom gives out',
    )
  }
  return publicKey
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
