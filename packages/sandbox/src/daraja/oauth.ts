import { refusal, type Answer } from './answers.js'
import type { Context } from './context.js'
import { limits, merchant } from './settings.js'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** `GET /oauth/v1/generate`: an access token for the consumer key and secret. */
export function oauth(context: Context, authorization: string, grantType: unknown): Answer {
  const { clock, random, store, settings } = context
  const [, credentials] = /^Basic\s+(\S+)$/i.exec(authorization) ?? []
  if (!credentials) return refusal(random, 400, '400.008.01', 'Invalid Authentication passed')
  if (grantType !== 'client_credentials')
    return refusal(random, 400, '400.008.02', 'Invalid grant type passed')
  const expected = `${merchant.consumerKey}:${merchant.consumerSecret}`
  if (Buffer.from(credentials, 'base64').toString() !== expected) return { status: 400 }

  const token = { value: random.text(28, alphabet), expiresAtMs: clock.now() + limits.tokenMs }
  store.commit({ type: 'tokenIssued', token, revokesOthers: settings.newTokenRevokesOld })
  // A string, as on the wire, though the portal's sample shows a number.
  return { status: 200, body: { access_token: token.value, expires_in: '3599' } }
}

/** Whether the `Authorization` header holds a token that is valid now. */
export function isAuthorized({ clock, store }: Context, authorization: string): boolean {
  const [, value] = /^Bearer\s+(\S+)$/i.exec(authorization) ?? []
  return store.state.tokens.some((token) => token.value === value && clock.now() < token.expiresAtMs)
}
