import { compare } from 'bcryptjs'

/** Costs above 14 take seconds, on the thread that answers requests. */
const format = /^\$2[abxy]\$(0[4-9]|1[0-4])\$[./A-Za-z\d]{53}$/

/** bcrypt sees 72 bytes and ends at a NUL; what follows would not matter. */
const maxBytes = 72

/** Whether this is a bcrypt hash that can be verified. */
export function isBcrypt(hash: string): boolean {
  return format.test(hash)
}

/** Whether the hash was made of the password, all of which bcrypt has seen. */
export async function verifyBcrypt(hash: string, password: unknown): Promise<boolean> {
  const text = typeof password === 'string' ? password : ''
  const isSeen = text === password && Buffer.byteLength(text) <= maxBytes && !text.includes('\0')
  return (await compare(isSeen ? text : '', hash)) && isSeen
}
