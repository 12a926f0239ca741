import type { EnvIssue, EnvIssueCode } from './errors.js'

/** Where the problems of one reading are gathered, each variable's in the order of their discovery. */
export interface Findings {
  readonly issues: EnvIssue[]
  readonly warnings: EnvIssue[]
  report(name: string, message: string, code: EnvIssueCode): void
  warn(name: string, message: string, code: EnvIssueCode): void
}

/** An empty collection; under `strict` what would be a warning is an issue. */
export function createFindings(strict: boolean): Findings {
  const issues: EnvIssue[] = []
  const warnings: EnvIssue[] = []
  const into = (list: EnvIssue[]) => (name: string, message: string, code: EnvIssueCode) => {
    list.push(Object.freeze({ name, code, message }))
  }
  return { issues, warnings, report: into(issues), warn: into(strict ? issues : warnings) }
}
