import * as z from 'zod'
import { Fault, field } from '../fields/field.js'
import { isLoopback, isPrivate } from '../fields/hosts.js'
import { list } from '../fields/list.js'
import { pem } from '../fields/pem.js'
import { secret } from '../fields/secret.js'
import { text } from '../fields/text.js'
import { parseHttpUrl } from '../fields/urls.js'
import { assertKnownKeys } from '../options.js'
import { allOrNone, preset, type Rule } from '../rules.js'
import { isRelaxed } from '../stage.js'
import { checkKeyMode, keyModeKeys, type KeyModeOptions } from './key-mode.js'

// Safaricom's public sandbox credentials: developer.safaricom.co.ke, APIs, M-Pesa Express, simulator.
const sandboxShortcode = '174379'
const sandboxPasskey = 'bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919'
// Daraja refuses URLs with these words (portal, "Register URL": rules for URLs).
const forbiddenWords = /mpesa|m-pesa|safaricom|exec?\b|cmd|sql|query/i
const portal = 'developer.safaricom.co.ke'

/** Options of {@link mpesa}. */
export interface MpesaPresetOptions extends KeyModeOptions {
  /** Lets MPESA_BASE_URL replace Safaricom's own address in production. @default false */
  dangerouslyAllowBaseUrlInProduction?: boolean | undefined
}

/** MPESA_ENVIRONMENT and everything that a Daraja application needs; callbacks included. */
export function mpesa(options: MpesaPresetOptions = {}) {
  assertKnownKeys('presets.mpesa()', options, [...keyModeKeys, 'dangerouslyAllowBaseUrlInProduction'])
  const shape = {
    MPESA_ENVIRONMENT: z.enum(['sandbox', 'production']).meta({
      description:
        'Which Daraja the credentials are for; there is no default, so that neither is used by accident',
    }),
    MPESA_BASE_URL: baseUrl()
      .optional()
      .meta({ description: 'Address of a local sandbox in place of Safaricom’s' }),
    MPESA_CONSUMER_KEY: secret({ from: portal }).meta({ description: 'Consumer key of the application' }),
    MPESA_CONSUMER_SECRET: secret({ from: portal }).meta({
      description: 'Consumer secret of the application',
    }),
    MPESA_SHORTCODE: text(/^\d{5,7}$/, '5 to 7 digits').meta({
      description: 'PayBill number, or the head office number of a till',
    }),
    MPESA_TILL_NUMBER: text(/^\d{5,8}$/, '5 to 8 digits')
      .optional()
      .meta({ description: 'Till number, for Buy Goods' }),
    MPESA_PASSKEY: secret({ from: portal, minBytes: 16 }).meta({ description: 'Passkey of M-Pesa Express' }),
    MPESA_CALLBACK_URL: callbackUrl().meta({
      description: 'Public base of the callbacks; segments are appended to its path',
      example: 'https://api.shop.example/hooks/pay',
    }),
    MPESA_CALLBACK_SECRET: list(secret(), { max: 5 }).meta({
      description: 'Key of the token in callback URLs; to rotate, put the new one in front of the old one',
    }),
    ...allOrNone(initiator()),
  }
  const rules: Rule<typeof shape>[] = [
    (env, context) => {
      if (env.MPESA_ENVIRONMENT === undefined) return
      checkKeyMode(
        'MPESA_ENVIRONMENT',
        env.MPESA_ENVIRONMENT === 'production' ? 'live' : 'test',
        options,
        context,
      )
    },
    (env, { report }) => {
      if (env.MPESA_ENVIRONMENT !== 'production') return
      const fact = 'of the public sandbox, and MPESA_ENVIRONMENT is production'
      if (env.MPESA_SHORTCODE === sandboxShortcode) report('MPESA_SHORTCODE', `is the shortcode ${fact}`)
      if (env.MPESA_PASSKEY === sandboxPasskey) report('MPESA_PASSKEY', `is the passkey ${fact}`)
    },
    (env, { stage, report }) => {
      if (env.MPESA_BASE_URL === undefined || options.dangerouslyAllowBaseUrlInProduction) return
      const hint = '(dangerouslyAllowBaseUrlInProduction lets it through)'
      if (env.MPESA_ENVIRONMENT === 'production') {
        report(
          'MPESA_BASE_URL',
          `is for a local sandbox, and MPESA_ENVIRONMENT is production ${hint}`,
          'unsafe',
        )
      } else if (stage === 'production') {
        report('MPESA_BASE_URL', `is for a local sandbox, and must be unset in production ${hint}`, 'unsafe')
      }
    },
    (env, { stage, report }) => {
      const url = env.MPESA_CALLBACK_URL === undefined ? undefined : parseHttpUrl(env.MPESA_CALLBACK_URL)
      if (!url) return
      const toLocalSandbox =
        env.MPESA_BASE_URL !== undefined && (isRelaxed(stage) || options.dangerouslyAllowBaseUrlInProduction)
      if (!toLocalSandbox && isPrivate(url.hostname)) {
        report('MPESA_CALLBACK_URL', 'must be on a public host: Safaricom cannot reach this one', 'unsafe')
      }
    },
  ]
  return preset('M-Pesa', shape, { rules })
}

/** The API user for what moves money out: refunds, payouts. A shop that only takes payments has none. */
function initiator() {
  return {
    MPESA_INITIATOR_NAME: text(/^\S{1,100}$/, 'a name without spaces').meta({
      description: 'API user that gives money back, by its name on the M-Pesa portal',
    }),
    // As long as M-Pesa's portal lets it be: that is not for us to refuse.
    MPESA_INITIATOR_PASSWORD: secret({ from: 'the M-Pesa portal', minBytes: 8 }).meta({
      description: 'Password of that user; it is sent encrypted with the certificate alone',
    }),
    MPESA_CERTIFICATE: pem('certificate').meta({
      description: 'Certificate of this environment of Daraja, to encrypt the password with',
    }),
  }
}

function baseUrl(): z.ZodType<string, string> {
  return field(
    (text) => {
      const url = parseHttpUrl(text)
      const fits =
        url &&
        (url.protocol === 'https:' || isLoopback(url.hostname)) &&
        !url.search &&
        !url.hash &&
        !url.username
      return fits ? text : new Fault('must be an https URL, or http on localhost, without query')
    },
    { format: 'http or https URL' },
  )
}

function callbackUrl(): z.ZodType<string, string> {
  return field(
    (text) => {
      const url = parseHttpUrl(text)
      if (!url || url.search || url.hash || url.username)
        return new Fault('must be an https URL without query, such as https://api.shop.example/hooks/pay')
      if (forbiddenWords.test(url.host + url.pathname)) {
        return new Fault(
          'must not contain the words that Daraja refuses in URLs: mpesa, safaricom, exe, exec, cmd, sql, query',
        )
      }
      if (url.protocol !== 'https:' && !isLoopback(url.hostname))
        return new Fault('must be https: Daraja calls nothing else')
      return text
    },
    { format: 'https URL' },
  )
}
