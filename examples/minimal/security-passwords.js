// Passwords alone: hashed anew when an old hash has let somebody in, and never one of those that everybody tries.
import { createPasswords } from '@ementech/security'

const passwords = createPasswords()
const users = new Map([['amina', '$2b$06$xBKDeUY76kPas6SOQBiJZuMmjNHiH0cwVBD0G2m.xtMhWo7fTYVYm']])

/** @param {string} name @param {string} password */
async function signIn(name, password) {
  const hash = users.get(name)
  if (!(await passwords.verify(hash, password)) || hash === undefined) return false
  if (passwords.needsRehash(hash)) users.set(name, await passwords.hash(password))
  return true
}

console.log(await signIn('amina', 'correct horse'), users.get('amina')?.split('$')[1])
console.log(await signIn('amina', 'correct horse'), await signIn('nobody', 'correct horse'))
await passwords.hash('password1').catch((error) => console.log(error.code))
await passwords.close()
