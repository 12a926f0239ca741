/** Another release line of Node, from the npm registry: the package `node` is a choice between these. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cache = fileURLToPath(new URL('../node_modules/.cache/ementech', import.meta.url))

/** The path of a `node` of this major version, installed beside the other caches. */
export function otherNode(major) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const dir = join(cache, `node-${major}`)
  const path = join(dir, 'node_modules', name, 'bin', 'node')
  if (existsSync(path)) return path
  mkdirSync(dir, { recursive: true })
  const { status } = spawnSync(
    'npm',
    [
      'install',
      '--prefix',
      dir,
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      `${name}@${major}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  if (status !== 0 || !existsSync(path)) throw new Error(`${name}@${major} could not be installed`)
  return path
}
