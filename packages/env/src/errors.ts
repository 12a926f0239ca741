/** What `EnvError.code` can be. */
export type EnvErrorCode = 'ENV_INVALID' | 'ENV_SCHEMA_UNREADABLE' | 'ENV_SECRET_IN_BUNDLE'

/**
 * What is wrong with one variable:
 * `missing` · `invalid` (not of its type) · `weak` (a placeholder, or too easy to guess) · `unsafe` (allowed in
 * another stage, not in this one) · `conflict` (with another variable) · `misspelt` · `misplaced` (set where it
 * has no effect) · `deprecated` · `unreadable` (a file or a source) · `threw` (a transform or a rule).
 */
export type EnvIssueCode =
  | 'missing'
  | 'invalid'
  | 'weak'
  | 'unsafe'
  | 'conflict'
  | 'misspelt'
  | 'misplaced'
  | 'deprecated'
  | 'unreadable'
  | 'threw'

/** One problem of one variable (or file, or source). Never holds a value. */
export interface EnvIssue {
  readonly name: string
  readonly code: EnvIssueCode
  /** A phrase that follows the name: "must be a whole number from 0 to 65535". */
  readonly message: string
}

/**
 * The environment was refused. `issues` has every problem at once; neither they, nor the message, nor the stack
 * hold the value of any variable, and there is never a `cause`, because a foreign error may hold one.
 */
export class EnvError extends Error {
  override readonly name = 'EnvError'
  readonly code: EnvErrorCode
  readonly status: number
  readonly headers: Record<string, string>
  readonly issues: readonly EnvIssue[]

  constructor(
    code: EnvErrorCode,
    message: string,
    options: { status?: number; headers?: Record<string, string>; issues?: readonly EnvIssue[] } = {},
  ) {
    super(message)
    this.code = code
    this.status = options.status ?? 500
    this.headers = options.headers ?? {}
    this.issues = options.issues ?? []
  }
}

/** The issues as lines of two columns: the name, what is wrong with it. */
export function formatIssues(issues: readonly EnvIssue[], indent = '  '): string {
  const width = Math.min(28, Math.max(0, ...issues.map(({ name }) => name.length)))
  return issues.map(({ name, message }) => `${indent}${name.padEnd(width)}  ${message}`).join('\n')
}

/** The one error for all that is wrong with an environment. `read` says what was looked at. */
export function invalidEnv(stage: string, issues: readonly EnvIssue[], read: string): EnvError {
  const count = `${issues.length} problem${issues.length === 1 ? '' : 's'}`
  const message = `The environment is not valid for ${stage}: ${count}.\n\n${formatIssues(issues)}\n\nRead: ${read}.`
  return new EnvError('ENV_INVALID', message, { issues: Object.freeze([...issues]) })
}
