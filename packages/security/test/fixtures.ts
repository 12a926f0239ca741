import { createTokens } from '../src/index.js'

/** Tokens signed with a secret of the tests. */
export function testTokens() {
  return createTokens({
    issuer: 'https://shop.example',
    audience: 'shop-api',
    keys: [{ kid: 'k1', alg: 'HS256', key: 'a secret of the tests, which protects nothing' }],
  })
}
