/** Packs every package and holds the tarball to publint and to "are the types wrong", strictly. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = mkdtempSync(join(tmpdir(), 'ementech-pack-'))
let failed = false
try {
  for (const name of readdirSync(join(root, 'packages'))) {
    const dir = join(root, 'packages', name)
    await run('npm', ['pack', '--silent', '--pack-destination', out], dir)
    const tarball = join(
      out,
      readdirSync(out).find((file) => file.startsWith(`ementech-${name}-`)),
    )
    failed = !(await check(name, 'publint', ['publint/src/cli.js', tarball, '--strict'])) || failed
    failed =
      !(await check(name, 'attw', [
        '@arethetypeswrong/cli/dist/index.js',
        tarball,
        '--profile',
        'esm-only',
        '--format',
        'ascii',
      ])) || failed
  }
} finally {
  rmSync(out, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0

async function check(name, tool, [script, ...args]) {
  try {
    await run(process.execPath, [join(root, 'node_modules', script), ...args], root)
    return true
  } catch (error) {
    console.error(`@ementech/${name}: ${tool}\n${error.message}`)
    return false
  }
}

function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve(output) : reject(new Error(output))))
  })
}
