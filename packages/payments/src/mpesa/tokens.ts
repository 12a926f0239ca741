/** An OAuth access token and when it stops being good (milliseconds since the epoch). */
export interface AccessToken {
  readonly value: string
  readonly expiresAt: number
}

/**
 * Shares the token between processes. Daraja documents that minting a token ends the one before, so processes
 * that mint their own end each other's: with more than one process, share it (`mongoTokenStore` in `./mongo`).
 */
export interface TokenStore {
  /** `refused`: a token that Daraja does not take any more. Null: the caller fetches a new one, and sets it. */
  get(refused?: string): Promise<AccessToken | null>
  set(token: AccessToken): Promise<void>
}

/** Access tokens: cached with a margin, minted by one caller at a time, dropped when Daraja refuses them. */
export interface Tokens {
  get(): Promise<string>
  /** Forgets this token, if it is still the current one. */
  drop(value: string): void
}

/** `mint` fetches a new token. */
export function createTokens(
  mint: () => Promise<AccessToken>,
  { store, clock }: { store: TokenStore | undefined; clock: () => number },
): Tokens {
  let current: AccessToken | null = null
  let refused = ''
  let refreshing: Promise<AccessToken> | undefined

  async function refresh(): Promise<AccessToken> {
    const shared = (await store?.get(refused === '' ? undefined : refused)) ?? null
    if (shared && isGood(shared)) return shared
    const minted = await mint()
    await store?.set(minted)
    return minted
  }

  function isGood(token: AccessToken): boolean {
    return token.value !== refused && token.expiresAt > clock()
  }

  return {
    async get() {
      if (current && isGood(current)) return current.value
      refreshing ??= refresh().finally(() => {
        refreshing = undefined
      })
      current = await refreshing
      return current.value
    },
    drop(value) {
      refused = value
    },
  }
}

/** Reads `expires_in` (a string in practice, a number in the documentation), less a margin for the way. */
export function expiryOf(expiresIn: unknown, now: number): number {
  const seconds = Number(expiresIn)
  const lifetime = Number.isFinite(seconds) && seconds > 0 ? seconds : 300
  return now + (lifetime - Math.min(60, lifetime / 10)) * 1000
}
