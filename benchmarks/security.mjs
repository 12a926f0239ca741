/**
 * Verifies access tokens with @ementech/security, jsonwebtoken and jose, in one process, in turns.
 *
 *   node benchmarks/security.mjs
 *
 * Every token is another, and nothing is remembered of one that has been verified. All are asked for the same: algorithm,
 * issuer, audience and expiry. jsonwebtoken is given its key as its README does, as a string; a line of its own shows it
 * with a KeyObject. jose is given a KeyObject, which it keeps as a CryptoKey. One round is all the tokens once, timed in
 * processor time (of all threads, for jose verifies in libuv's pool), which other processes disturb least. The median counts.
 */
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createTokens } from '@ementech/security'
import { jwtVerify } from 'jose'
import jwt from 'jsonwebtoken'

const tokenCount = 300
const rounds = 25
const issuer = 'https://shop.example'
const audience = 'shop-api'
const wanted = {
  HS256: { 'jsonwebtoken, string': 25, jose: 1 },
  RS256: { 'jsonwebtoken, PEM': 4, jose: 1 },
  ES256: { jose: 1 },
}

for (const [alg, atLeast] of Object.entries(wanted)) {
  const { signKey, verifyKey, text } = makeKey(alg)
  const tokens = createTokens({ issuer, audience, keys: [{ kid: 'k1', alg, key: signKey }] })
  const texts = await Promise.all(
    Array.from({ length: tokenCount }, (_, i) =>
      tokens.sign({ sub: `user-${i}`, roles: ['customer'], sid: randomBytes(16).toString('base64url') }),
    ),
  )
  const rules = { algorithms: [alg], issuer, audience }
  const verifiers = {
    '@ementech/security': (token) => tokens.verify(token),
    [`jsonwebtoken, ${alg === 'HS256' ? 'string' : 'PEM'}`]: (token) => jwt.verify(token, text, rules),
    'jsonwebtoken, KeyObject': (token) => jwt.verify(token, verifyKey, rules),
    jose: (token) => jwtVerify(token, verifyKey, { ...rules, typ: 'at+jwt' }),
  }
  const times = await measure(verifiers, texts)
  const own = median(times['@ementech/security'])
  console.log(`${alg}, ${rounds} rounds of ${tokenCount} tokens, Node ${process.version}`)
  for (const [name, samples] of Object.entries(times)) {
    const ratio = median(samples) / own
    const goal = atLeast[name] && `(at least ${atLeast[name]}: ${ratio >= atLeast[name] ? 'yes' : 'NO'})`
    const told = name === '@ementech/security' ? '' : `  ${ratio.toFixed(1)} times ours ${goal ?? ''}`
    console.log(`  ${name.padEnd(24)} ${median(samples).toFixed(1).padStart(6)} µs${told}`)
  }
}

function makeKey(alg) {
  if (alg === 'HS256') {
    const text = randomBytes(32).toString('base64')
    return { signKey: text, verifyKey: createSecretKey(text, 'utf8'), text }
  }
  const options = alg === 'RS256' ? ['rsa', { modulusLength: 2048 }] : ['ec', { namedCurve: 'P-256' }]
  const { privateKey, publicKey } = generateKeyPairSync(...options)
  return {
    signKey: privateKey,
    verifyKey: publicKey,
    text: publicKey.export({ format: 'pem', type: 'spki' }),
  }
}

async function measure(verifiers, texts) {
  const times = Object.fromEntries(Object.keys(verifiers).map((name) => [name, []]))
  for (let round = -2; round < rounds; round++) {
    // In turns, and in a rotating order, so that a busy machine is busy for all alike. Two rounds are for warming up.
    const turn = Object.entries(verifiers)
    turn.push(...turn.splice(0, (round + 2) % turn.length))
    for (const [name, verify] of turn) {
      const before = process.cpuUsage()
      for (const text of texts) await verify(text)
      const { user, system } = process.cpuUsage(before)
      if (round >= 0) times[name].push((user + system) / texts.length)
    }
  }
  return times
}

function median(samples) {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)]
}
