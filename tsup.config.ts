import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig, type Options } from 'tsup'

/**
 * One build for every package. The entries come from each package.json (`exports`, `imports`, `bin`), so what is
 * published and what is built cannot differ: `./dist/mpesa.js` is built from `src/mpesa.ts`.
 *
 * EMENTECH_BUILD=packages/env,packages/db builds those alone; EMENTECH_DTS=0 leaves the type declarations out.
 */
const only = process.env.EMENTECH_BUILD?.split(',')
const dts = process.env.EMENTECH_DTS !== '0'

export default defineConfig(
  [...readdirSync('packages').map((name) => `packages/${name}`), 'examples/shop/server']
    .filter((root) => !only || only.includes(root))
    .map(definePackage),
)

function definePackage(root: string): Options {
  const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
    exports: Record<string, string | { default: string }>
    /** Main modules of child processes: built and published, but nobody's to import. */
    imports?: Record<string, string>
    bin?: Record<string, string>
  }
  const built = [
    ...Object.values(manifest.exports).map((target) =>
      typeof target === 'string' ? target : target.default,
    ),
    ...Object.values(manifest.imports ?? {}),
    ...Object.values(manifest.bin ?? {}),
  ].filter((file) => file.startsWith('./dist/'))
  const typed = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [] : [target.default],
  )
  return {
    entry: entries(root, built),
    dts: dts && typed.length > 0 && { entry: entries(root, typed) },
    outDir: `${root}/dist`,
    format: 'esm',
    target: 'node20',
    platform: 'node',
    sourcemap: true,
    clean: true,
    silent: true,
    // Every import of a package stays an import: nothing is inlined into what we publish.
    skipNodeModulesBundle: true,
    tsconfig: 'tsconfig.build.json',
  }
}

function entries(root: string, files: string[]): Record<string, string> {
  return Object.fromEntries(
    files.map((file) => {
      const name = file.replace('./dist/', '').replace(/\.js$/, '')
      return [name, `${root}/src/${name}.ts`]
    }),
  )
}
