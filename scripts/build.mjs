/**
 * Builds packages, the shop's server and the shop's web into their dist folders:
 * `node scripts/build.mjs [name...] [--no-dts] [--force]`, where a name is a package, `server` or `web`.
 * What has not changed since its last build is left as it is.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn } from 'node:child_process'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamps = join(root, 'node_modules/.cache/ementech/build')
const config = ['tsup.config.ts', 'tsconfig.base.json', 'tsconfig.build.json']

/** What each build is made from: a change in any of these makes it stale. */
const targets = Object.fromEntries([
  ...readdirSync(join(root, 'packages')).map((name) => [
    name,
    { dir: `packages/${name}`, from: [...config, `packages/${name}/package.json`, `packages/${name}/src`] },
  ]),
  [
    'server',
    {
      dir: 'examples/shop/server',
      from: [...config, 'examples/shop/server/package.json', 'examples/shop/server/src'],
    },
  ],
  [
    'web',
    {
      dir: 'examples/shop/web',
      from: ['package.json', 'index.html', 'vite.config.ts', 'env-schema.ts', 'src', 'public']
        .map((file) => `examples/shop/web/${file}`)
        .concat('packages/realtime/src', 'packages/env/src', 'examples/shop/server/src/env.ts'),
    },
  ],
])

/** Builds the named targets (default: all). Resolves to the names that had to be built. */
export async function build({ names = Object.keys(targets), dts = true, force = false } = {}) {
  for (const name of names)
    if (!targets[name])
      throw new Error(`No build named ${name}; there are ${Object.keys(targets).join(', ')}.`)
  const stale = names.filter((name) => force || !isFresh(name, dts))
  // Taken before the build: an edit made while it runs leaves the target stale, not wrongly fresh.
  const hashes = Object.fromEntries(stale.map((name) => [name, sourceHash(name)]))
  const libraries = stale.filter((name) => name !== 'web')
  if (libraries.length) {
    await run(['node_modules/tsup/dist/cli-default.js'], root, {
      EMENTECH_BUILD: libraries.map((name) => targets[name].dir).join(','),
      EMENTECH_DTS: dts ? '1' : '0',
    })
  }
  if (stale.includes('web')) {
    await run(
      [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
      join(root, targets.web.dir),
    )
  }
  mkdirSync(stamps, { recursive: true })
  for (const name of stale) {
    writeFileSync(join(stamps, `${name}.json`), JSON.stringify({ hash: hashes[name], dts }))
  }
  return stale
}

function isFresh(name, dts) {
  const stamp = join(stamps, `${name}.json`)
  if (!existsSync(stamp) || !existsSync(join(root, targets[name].dir, 'dist'))) return false
  const built = JSON.parse(readFileSync(stamp, 'utf8'))
  return built.hash === sourceHash(name) && (built.dts || !dts || name === 'web' || name === 'server')
}

function sourceHash(name) {
  const hash = createHash('sha256')
  for (const path of targets[name].from.flatMap((path) => files(join(root, path)))) {
    hash.update(path.slice(root.length)).update(readFileSync(path))
  }
  return hash.digest('hex')
}

function files(path) {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => files(join(path, name)))
}

function run(args, cwd, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${args[0]} exited with ${code}`)),
    )
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2)
  const names = args.filter((arg) => !arg.startsWith('--'))
  const built = await build({
    ...(names.length ? { names } : {}),
    dts: !args.includes('--no-dts'),
    force: args.includes('--force'),
  })
  console.log(built.length ? `built ${built.join(', ')}` : 'everything is up to date')
}
