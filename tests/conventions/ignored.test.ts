import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { root } from '../support/sources.js'

it('keeps env files and keys out of git, and their templates in', () => {
  const secret = ['.env', '.env.production', '.env.prod', '.env.bak', 'shop/.env.local', 'tls.pem', 'keys/id']
  const open = ['.env.example', 'examples/shop/server/.env.example', 'env.ts', 'packages/env/src/index.ts']
  const { stdout } = spawnSync('git', ['check-ignore', '--no-index', ...secret, ...open], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(stdout.trim().split('\n')).toEqual(secret)
})
