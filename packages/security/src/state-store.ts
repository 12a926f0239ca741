/**
 * Where short-lived state is kept: failed logins and reset tokens. One primitive, compare and set, from which counting
 * and using up are made. `stateStoreContract()` of `@ementech/security/testing` checks an implementation.
 */
export interface StateStore {
  /** What is under the key, or undefined when there is nothing or it has expired. */
  get(key: string): Promise<string | undefined>
  /**
   * Puts `after` in the place of `before` if that is what is there at this moment; undefined stands for nothing. Compare
   * and write must be one step: of any number of concurrent calls exactly one resolves to true.
   */
  swap(key: string, before: string | undefined, after: string | undefined, expiresAt: Date): Promise<boolean>
}
