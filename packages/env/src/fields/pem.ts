import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import type * as z from 'zod'
import { Fault, field } from './field.js'

/** What a PEM text holds. */
export type PemKind = 'private' | 'public' | 'certificate'

const kinds: Record<
  PemKind,
  { label: RegExp; noun: string; check: (pem: string) => unknown; remedy: string }
> = {
  private: {
    label: /^-----BEGIN (?:RSA |EC )?PRIVATE KEY-----/,
    noun: 'private key',
    check: createPrivateKey,
    remedy: 'make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out private.pem',
  },
  public: {
    label: /^-----BEGIN (?:RSA )?PUBLIC KEY-----/,
    noun: 'public key',
    check: createPublicKey,
    remedy: 'make it with: openssl pkey -in private.pem -pubout -out public.pem',
  },
  certificate: {
    label: /^-----BEGIN CERTIFICATE-----/,
    noun: 'certificate',
    check: (pem) => new X509Certificate(pem),
    remedy: 'copy it from its issuer',
  },
}

/**
 * A key or certificate in PEM, in any of the forms that survive an environment: with real line ends, with `\n` for
 * them, or the whole in base64. It is parsed once to be sure, and comes out as plain PEM. A private key is a secret.
 */
export function pem(kind: PemKind): z.ZodType<string, string> {
  if (!Object.hasOwn(kinds, kind))
    throw new TypeError(`pem(): the kind must be 'private', 'public' or 'certificate'`)
  const { label, noun, check, remedy } = kinds[kind]
  return field(
    (text) => {
      const plain = plainPem(text)
      if (/^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(plain))
        return new Fault('is encrypted: give the key without a passphrase')
      if (!label.test(plain))
        return new Fault(`must be a ${noun} in PEM (with real line ends, with \\n, or in base64); ${remedy}`)
      try {
        check(plain)
        return plain
      } catch {
        return new Fault(`is damaged PEM: it cannot be read as a ${noun}`)
      }
    },
    { secret: kind === 'private', format: `PEM ${noun}`, remedy },
  )
}

function plainPem(text: string): string {
  const unquoted = text.replace(/^(["'])(.*)\1$/s, '$2')
  const decoded =
    /^[A-Za-z0-9+/_=\s-]+$/.test(unquoted) && !unquoted.startsWith('-----') ? fromBase64(unquoted) : unquoted
  return decoded.replaceAll('\\r', '').replaceAll('\\n', '\n').replaceAll('\r', '').trim() + '\n'
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1')
}
