import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startMongo } from '../mongo.js'
import { startSandbox } from '../sandbox.js'
import { darajaOptions, greeting, sandboxOptions } from './daraja.js'
import { numberOption, run } from './run.js'

const defaultMongoPort = 27017

/** `ementech-sandbox`: Daraja with its phone, and MongoDB, until a signal. */
export async function allCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { ...darajaOptions, 'mongo-port': { type: 'string' } } })
  const { dir } = values
  const options = sandboxOptions(values)
  const port = numberOption('mongo-port', values['mongo-port']) ?? defaultMongoPort
  const mongo = await startMongo({ port, ...(dir !== undefined && { dir: join(dir, 'mongo') }) })
  const sandbox = await startSandbox({
    ...options,
    ...(dir !== undefined && { dir: join(dir, 'daraja') }),
  }).catch(async (error: unknown) => {
    await mongo.close()
    throw error
  })
  const env = { ...sandbox.env, MONGODB_URI: mongo.uri }
  process.stdout.write(greeting(sandbox.url, env))
  run({
    url: sandbox.url,
    env,
    async close() {
      await sandbox.close()
      await mongo.close()
    },
  })
}
