/**
 * `node scripts/common-passwords.mjs`: writes packages/security/src/common-passwords.ts from the list of
 * @zxcvbn-ts/language-common (MIT), which is ordered by how often a password was found in leaks.
 */
import { writeFileSync } from 'node:fs'
import { dictionary } from '@zxcvbn-ts/language-common'

const count = 5000
const words = dictionary['passwords-common']
  .map((word) => word.toLowerCase())
  .filter((word) => word.length >= 8 && /^[!-~]+$/.test(word) && !/[`\\$]/.test(word))
const chosen = [...new Set(words)].slice(0, count).sort()
writeFileSync(
  new URL('../packages/security/src/common-passwords.ts', import.meta.url),
  `/**
 * The ${count} passwords of 8 characters or more that are found most often in leaks, in lower case: those of
 * @zxcvbn-ts/language-common (MIT). Made by scripts/common-passwords.mjs. OWASP ASVS 5.0, 6.2.4 asks for 3000.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  // prettier-ignore
  \`${chosen.join(' ')}\`.split(' '),
)
`,
)
