import { createPasswords } from '@ementech/security'
import type { HydratedDocument } from 'mongoose'
import type { User, userModel } from '../models/user.js'
import { ShopError } from '../problem.js'

/** Who may come in: registers people and checks their passwords. */
export function createAccounts(UserModel: ReturnType<typeof userModel>) {
  const passwords = createPasswords()
  return {
    async register(input: { name: string; email: string; password: string }) {
      const password = await passwords.hash(input.password)
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

    async checkPassword(input: { email: string; password: string }) {
      const user = await UserModel.findOne({ email: input.email.toLowerCase() })
      // An unknown address costs the same hash as a wrong password, and gets the same answer.
      const matches = await passwords.verify(user?.password, input.password)
      if (!user || !matches) {
        throw new ShopError(401, 'WRONG_CREDENTIALS', 'E-mail address or password is wrong.')
      }
      return view(user)
    },

    async byId(id: string) {
      const user = await UserModel.findById(id)
      return user ? view(user) : undefined
    },
  }
}

export type Accounts = ReturnType<typeof createAccounts>
export type Account = ReturnType<typeof view>

function view(user: HydratedDocument<User>) {
  return { id: user.id as string, name: user.name, email: user.email, roles: [...user.roles] }
}

/** MongoDB's code for a unique index that says no. */
export function isDuplicate(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 11000
}
