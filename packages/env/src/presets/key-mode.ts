import type { RuleContext } from '../rules.js'

/** Switches for a service with test and live credentials. */
export interface KeyModeOptions {
  /** Lets test credentials through in production, where no one would be charged. @default false */
  dangerouslyAllowTestKeysInProduction?: boolean | undefined
  /** Lets live credentials through in development, test and staging, where real money would move. @default false */
  dangerouslyAllowLiveKeysOutsideProduction?: boolean | undefined
}

/** The names of {@link KeyModeOptions}. */
export const keyModeKeys = [
  'dangerouslyAllowTestKeysInProduction',
  'dangerouslyAllowLiveKeysOutsideProduction',
] as const satisfies (keyof KeyModeOptions)[]

/** Refuses live credentials outside production and test credentials inside it. */
export function checkKeyMode(
  name: string,
  mode: 'test' | 'live',
  options: KeyModeOptions,
  { stage, report }: RuleContext,
): void {
  if (mode === 'live' && stage !== 'production' && !options.dangerouslyAllowLiveKeysOutsideProduction) {
    report(
      name,
      `is live, and would move real money in ${stage} (dangerouslyAllowLiveKeysOutsideProduction lets it through)`,
      'unsafe',
    )
  }
  if (mode === 'test' && stage === 'production' && !options.dangerouslyAllowTestKeysInProduction) {
    report(
      name,
      'is for tests, and no one would be charged in production (dangerouslyAllowTestKeysInProduction lets it through)',
      'unsafe',
    )
  }
}
