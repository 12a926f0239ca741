import fc from 'fast-check'

/**
 * A red run must tell of the change that is tested, so properties are tried with one seed, the same everywhere.
 * `npm run soak` tries another one each time, and prints it.
 */
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 1) })
