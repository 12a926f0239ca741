import type { HelmetOptions } from 'helmet'
import { randomBytes } from 'node:crypto'
import type { ContentSources } from './content-sources.js'

type Policy = Exclude<HelmetOptions['contentSecurityPolicy'], boolean | undefined>

/** The two nonces of one answer. */
export interface Nonces {
  /** For `<script nonce>`. */
  script: string
  /** For `<style nonce>` and `<link rel="stylesheet" nonce>`. */
  style: string
}

/** Stand for the nonces while the policy is written. */
const placeholders: Nonces = { script: 'SCRIPT', style: 'STYLE' }

/** Answers that no browser shows as a page load nothing and belong in no frame. */
export function apiPolicy(reportPath: string | undefined): Policy {
  return {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
      ...reporting(reportPath),
    },
  }
}

/** Pages load what comes from the site itself and what is named. What has no directive here is not loaded at all. */
export function webPolicy(
  sources: Required<ContentSources>,
  {
    production,
    nonces,
    reportPath,
  }: { production: boolean; nonces: boolean; reportPath: string | undefined },
): Policy {
  const nonce = (kind: keyof Nonces) => (nonces ? [`'nonce-${placeholders[kind]}'`] : [])
  return {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': ["'self'", ...nonce('script'), ...sources.script],
      'script-src-attr': ["'none'"],
      'style-src': ["'self'", ...nonce('style'), ...sources.style],
      // Bundlers inline small images as data: addresses; an image cannot run.
      'img-src': ["'self'", 'data:', ...sources.img],
      'font-src': ["'self'", ...sources.font],
      'connect-src': ["'self'", ...sources.connect],
      'media-src': ["'self'", ...sources.media],
      'manifest-src': ["'self'"],
      'worker-src': ["'self'"],
      'frame-src': sources.frame.length > 0 ? [...sources.frame] : ["'none'"],
      'base-uri': ["'none'"],
      'object-src': ["'none'"],
      'frame-ancestors': ["'none'"],
      'form-action': ["'self'"],
      ...(production ? { 'upgrade-insecure-requests': [] } : {}),
      ...reporting(reportPath),
    },
  }
}

/** Makes the function that puts fresh nonces into a policy that was written once. */
export function createNonceWriter(policy: string): () => { nonces: Nonces; policy: string } {
  const [before, between, after] = policy.split(/(?<='nonce-)(?:SCRIPT|STYLE)(?=')/)
  return () => {
    const nonces = { script: newNonce(), style: newNonce() }
    return { nonces, policy: `${before}${nonces.script}${between}${nonces.style}${after}` }
  }
}

/** CSP 3, 2.3.1: at least 128 bits. */
function newNonce(): string {
  return randomBytes(16).toString('base64')
}

/** `report-to` is the newer one; Firefox knows `report-uri` alone. */
function reporting(path: string | undefined): Record<string, string[]> {
  return path === undefined ? {} : { 'report-uri': [path], 'report-to': ['csp'] }
}
