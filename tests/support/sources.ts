import ts from 'typescript'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Manifest {
  name: string
  exports: Record<string, string | { types: string; default: string }>
  bin?: Record<string, string>
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
  devDependencies?: Record<string, string>
}

export interface Source {
  /** Path from the root of the repository. */
  path: string
  text: string
  /** The text without comments, for tests that look for code. */
  code: string
}

/** Names of the packages, as folders. */
export const packages = readdirSync(join(root, 'packages'))

export function manifest(name: string): Manifest {
  return JSON.parse(read(`packages/${name}/package.json`)) as Manifest
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Every TypeScript source of a package. */
export function sources(name: string): Source[] {
  const dir = `packages/${name}/src`
  return readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => {
      const text = read(`${dir}/${file}`)
      return { path: `${dir}/${file}`, text, code: withoutComments(text) }
    })
}

/** The modules that a source imports. */
export function imports(source: Source): string[] {
  return ts.preProcessFile(source.text).importedFiles.map(({ fileName }) => fileName)
}

/** Whether the code reads a member of a global: `console.log`, `process.env`. Text that only says so does not count. */
export function readsMember(source: Source, object: string, member?: string): boolean {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true)
  const isIt = (node: ts.Node): boolean =>
    (ts.isPropertyAccessExpression(node) &&
      node.expression.getText(file) === object &&
      (member === undefined || node.name.text === member)) ||
    ts.forEachChild(node, isIt) === true
  return isIt(file)
}

/** The exported declarations of a source that have no docstring. An overload shares that of the first. */
export function undocumentedExports(source: Source): string[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true)
  const documented = new Set<string>()
  return file.statements.flatMap((statement) => {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
    const name = statement.getText(file).match(/(?:function|class|interface|const|type)\s+(\w+)/)?.[1] ?? ''
    if (ts.getJSDocCommentsAndTags(statement).length > 0) documented.add(name)
    return documented.has(name) ? [] : [`${source.path}: ${name}`]
  })
}

/** Every test of the repository. */
export function testFiles(): Source[] {
  return ['packages', 'examples', 'tests'].flatMap((dir) =>
    readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
      .map((file) => {
        const text = read(`${dir}/${file}`)
        return { path: `${dir}/${file}`, text, code: withoutComments(text) }
      }),
  )
}

/** Regular expressions that are properties of what `toMatchObject` is given: Vitest compares them with nothing. */
export function regexesInMatchObject(source: Source): string[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const collect = (node: ts.Node, inside: boolean): void => {
    const isCall = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)
    const isMatch = isCall && (node.expression as ts.PropertyAccessExpression).name.text === 'toMatchObject'
    // `expect.stringMatching(/.../)` inside of it is a comparison.
    const within = isMatch || (inside && !isCall)
    if (within && ts.isRegularExpressionLiteral(node)) found.push(`${source.path}: ${node.text}`)
    ts.forEachChild(node, (child) => collect(child, within))
  }
  collect(file, false)
  return found
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
