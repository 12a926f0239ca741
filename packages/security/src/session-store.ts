/** A session as it is stored. It holds no token: with what is in the store nobody can sign in. */
export interface StoredSession {
  id: string
  /** The user. */
  sub: string
  /** SHA-256 of the refresh token that is valid now. */
  tokenHash: string
  /** SHA-256 of the one before, which is still answered for a few seconds. */
  previousHash: string | null
  /** When the valid token took the place of the one before. */
  rotatedAt: Date
  createdAt: Date
  /** When the session ends unless it is renewed; moves with every renewal, but never past `absoluteExpiresAt`. */
  expiresAt: Date
  absoluteExpiresAt: Date
  /** The browser, as it names itself. */
  userAgent: string | null
}

/** What a rotation writes. */
export type Rotation = Pick<StoredSession, 'tokenHash' | 'previousHash' | 'rotatedAt' | 'expiresAt'>

/**
 * Where sessions are kept. `sessionStoreContract()` of `@ementech/security/testing` checks an implementation.
 * A store may drop sessions whose `expiresAt` has passed, and may still return them.
 */
export interface SessionStore {
  insert(session: StoredSession): Promise<void>
  find(id: string): Promise<StoredSession | undefined>
  /**
   * Writes the rotation if, at that moment, `tokenHash` is still `expectedHash`. Compare and write must be one step:
   * of any number of concurrent calls exactly one resolves to true. Resolves to false when the session is gone.
   */
  rotate(id: string, expectedHash: string, rotation: Rotation): Promise<boolean>
  /** Resolves to whether the session was there. */
  delete(id: string): Promise<boolean>
  /** All sessions of a user. */
  findBySubject(sub: string): Promise<StoredSession[]>
  /** Resolves to how many there were. */
  deleteBySubject(sub: string): Promise<number>
}
