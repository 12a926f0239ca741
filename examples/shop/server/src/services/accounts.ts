import { createPasswords } from '@ementech/security'
import type { HydratedDocument } from 'mongoose'
import type { Language } from '../mail/language.js'
import type { User, userModel } from '../models/user.js'
import { isDuplicate } from '../mongo.js'
import { ShopError } from '../problem.js'

/** Who may come in: registers people and checks their passwords. */
export function createAccounts(UserModel: ReturnType<typeof userModel>) {
  const passwords = createPasswords()
  return {
    async register(input: { name: string; email: string; password: string; language?: Language }) {
      const password = await passwords.hash(input.password, { avoid: [input.name, input.email, 'soko'] })
      try {
        return view(await UserModel.create({ ...input, password }))
      } catch (error) {
        if (!isDuplicate(error)) throw error
        throw new ShopError(
          409,
          'EMAIL_TAKEN',
          'There is an account with this e-mail address. Sign in instead.',
        )
      }
    },

    /** Whose password it is. An unknown address costs the same hash as a wrong password, and gets the same answer. */
    async byPassword(input: { email: string; password: string }) {
      const user = await UserModel.findOne({ email: input.email.toLowerCase() })
      const matches = await passwords.verify(user?.password, input.password)
      if (!user || !matches) return undefined
      if (passwords.needsRehash(user.password)) await rehash(user, input.password)
      return view(user)
    },

    async setPassword(id: string, password: string) {
      const user = await UserModel.findById(id)
      if (!user) throw new ShopError(404, 'ACCOUNT_NOT_FOUND', 'There is no such account any more.')
      user.password = await passwords.hash(password, { avoid: [user.name, user.email, 'soko'] })
      await user.save()
      return view(user)
    },

    async byEmail(email: string) {
      const user = await UserModel.findOne({ email: email.toLowerCase() })
      return user ? view(user) : undefined
    },

    /** The first administrator, unless the address has an account already: then that one becomes it. */
    async ensureAdmin({ email, password }: { email: string; password: string }) {
      const found = await UserModel.findOneAndUpdate({ email }, { $addToSet: { roles: 'admin' } })
      if (found) return
      const account = { name: 'Admin', email, password: await passwords.hash(password) }
      await UserModel.create({ ...account, roles: ['customer', 'admin'] }).catch((error: unknown) => {
        // Another process was faster.
        if (!isDuplicate(error)) throw error
      })
    },

    /** Where mail goes to, and in which language. */
    async addressee(id: string) {
      const user = await UserModel.findById(id, { name: 1, email: 1, language: 1 })
      return user ? { name: user.name, to: user.email, language: user.language as Language } : undefined
    },

    /** Who is told of every order. */
    async adminIds(): Promise<string[]> {
      const admins = await UserModel.find({ roles: 'admin' }, { _id: 1 })
      return admins.map(({ id }) => id as string)
    },

    async byId(id: string) {
      const user = await UserModel.findById(id)
      return user ? view(user) : undefined
    },
  }

  /** What was a password before stays one, also when it would not be taken for a new one. */
  async function rehash(user: HydratedDocument<User>, password: string) {
    const hash = await passwords.hash(password).catch(() => user.password)
    await UserModel.updateOne({ _id: user._id, password: user.password }, { $set: { password: hash } })
  }
}

export type Accounts = ReturnType<typeof createAccounts>
export type Account = ReturnType<typeof view>

function view(user: HydratedDocument<User>) {
  return { id: user.id as string, name: user.name, email: user.email, roles: [...user.roles] }
}
