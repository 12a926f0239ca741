import { bool, createEnv, duration, EnvError, presets, redact, secret } from '@ementech/env'

export const schema = {
  ...presets.server(),
  ...presets.mongo(),
  SESSION_KEY: secret(),
  SESSION_LIFETIME: duration('seconds').default(900),
  SIGN_UP_OPEN: bool().default(true),
}

// An application leaves `source` out: process.env and the .env files of the stage are read then.
const source = {
  MONGODB_URI: 'mongodb://127.0.0.1/shop',
  SESSION_KEY: 'Qm8vT2xY7pLw4RkZ9nDc3HsJ6fGb1VaE',
  SESSION_LIFETIME: '1h30m',
}
const env = createEnv({ schema, source })
console.log(env.PORT, env.SESSION_LIFETIME, env.SIGN_UP_OPEN) // 5000 5400 true
console.log(redact(env, `signed with ${env.SESSION_KEY}`)) // signed with [SESSION_KEY]

try {
  createEnv({ schema, stage: 'production', source: { ...source, PORT: '99999', SESSION_KEY: 'changeme' } })
} catch (error) {
  if (!(error instanceof EnvError)) throw error
  console.log(error.message) // every problem at once, and no value
}
