/** Where the application runs. */
export type Stage = 'development' | 'test' | 'staging' | 'production'

/** The four stages, in the order of their strictness. */
export const stages = ['development', 'test', 'staging', 'production'] as const satisfies readonly Stage[]

/** True where defaults for a laptop apply and weak secrets are let through. */
export function isRelaxed(stage: Stage): boolean {
  return stage === 'development' || stage === 'test'
}

/** True if `text` names a stage. */
export function isStage(text: unknown): text is Stage {
  return (stages as readonly unknown[]).includes(text)
}

/**
 * The stage of a process: `APP_ENV`. NODE_ENV is another thing (it switches libraries, and staging runs with
 * NODE_ENV=production), so it decides in one case only: test runners set it to `test`.
 * A problem comes with the strictest stage, so that the rest is still checked in full.
 */
export function resolveStage(source: Readonly<Record<string, string | undefined>>): {
  stage: Stage
  problem?: { code: 'missing' | 'invalid'; message: string }
} {
  const text = source['APP_ENV']
  if (isStage(text)) return { stage: text }
  if (text) {
    return {
      stage: 'production',
      problem: { code: 'invalid', message: `must be one of: ${stages.join(', ')}` },
    }
  }
  if (source['NODE_ENV'] === 'production') {
    const message = 'is missing; NODE_ENV is production, which is true of staging too: say which with APP_ENV'
    return { stage: 'production', problem: { code: 'missing', message } }
  }
  return { stage: source['NODE_ENV'] === 'test' ? 'test' : 'development' }
}
