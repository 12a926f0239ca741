import { spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe as group, expect, it } from 'vitest'
import { directory } from './support.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const snippets = [...readme.matchAll(/^```js\n(.*?)^```/gms)].map(([, code]) => code!)

group('the README', () => {
  it('has snippets', () => expect(snippets).toHaveLength(4))

  it.each(snippets.map((code, index) => [index + 1, code] as const))(
    'shows a snippet %i that runs and prints what it says',
    (_, code) => {
      using dir = directory({ 'package.json': '{"type":"module"}' })
      symlinkSync(
        fileURLToPath(new URL('../../../node_modules', import.meta.url)),
        join(dir.path, 'node_modules'),
      )
      writeFileSync(join(dir.path, 'snippet.js'), code)
      const { PATH = '' } = process.env
      const run = spawnSync(process.execPath, ['snippet.js'], {
        cwd: dir.path,
        encoding: 'utf8',
        env: { PATH },
      })
      expect({ code: run.status, stderr: run.stderr }).toEqual({ code: 0, stderr: '' })
      for (const [, promised] of code.matchAll(/^console\.log\(.*\) \/\/ (5000.*|signed.*|undefined)$/gm))
        expect(run.stdout).toContain(promised)
    },
  )

  it('starts with the smallest example, to the letter', () => {
    expect(snippets[0]).toBe(
      readFileSync(new URL('../../../examples/minimal/env.js', import.meta.url), 'utf8'),
    )
  })
})
