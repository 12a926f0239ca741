import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packages, read, root } from './support/sources.js'

describe.each(packages)('README of packages/%s', (name) => {
  it('shows the runnable example, word for word', () => {
    const snippet = read(`packages/${name}/README.md`).match(/^```js\n([\s\S]*?)^```$/m)?.[1]
    expect(snippet).toBe(read(`examples/minimal/${name}.js`))
    expect(snippet!.split('\n').length).toBeLessThanOrEqual(31)
  })

  it('shows an example that runs', async () => {
    const { code, output } = await run(join(root, 'examples/minimal', `${name}.js`))
    expect(code, output).toBe(0)
    expect(output.trim()).not.toBe('')
  })

  it('names no path that does not exist', () => {
    const links = [...read(`packages/${name}/README.md`).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      (match) => match[1]!,
    )
    for (const link of links) expect(() => read(join('packages', name, link)), link).not.toThrow()
  })
})

describe('examples of one part of @ementech/security alone', () => {
  it.each([
    ['tokens', /^200 \{\n {2}sub: 'amina',[\s\S]*\} 2\n$/],
    ['sessions', /^true 401\n$/],
    ['csrf', /^200\n403\n200\n403\n$/],
    ['passwords', /^true (scrypt|argon2id)\ntrue false\nSECURITY_PASSWORD_COMMON\n$/],
  ])('%s', async (part, expected) => {
    const file = `examples/minimal/security-${part}.js`
    expect(read(file).split('\n').length).toBeLessThanOrEqual(32)
    const { code, output } = await run(join(root, file))
    expect(code, output).toBe(0)
    expect(output).toMatch(expected)
  })
})

function run(script: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', reject)
    child.once('exit', (code) => resolve({ code, output }))
  })
}
