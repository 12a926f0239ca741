import { sanitizeHtml } from '@ementech/security/html'
import type { HydratedDocument } from 'mongoose'
import type { Comment, commentModel, CommentStatus } from '../models/comment.js'
import { isDuplicate } from '../mongo.js'
import { ShopError } from '../problem.js'
import type { Accounts } from './accounts.js'
import type { Catalogue } from './catalogue.js'

interface CommentsOptions {
  Comment: ReturnType<typeof commentModel>
  catalogue: Pick<Catalogue, 'byIds' | 'named'>
  accounts: Pick<Accounts, 'byId'>
}

/** A few words of a customer: no headings, no code. */
const tags = ['p', 'br', 'strong', 'em', 'b', 'i', 'ul', 'ol', 'li', 'blockquote', 'a']

/** What customers say of products. Nobody else reads it until an administrator has. */
export function createComments({ Comment: CommentModel, catalogue, accounts }: CommentsOptions) {
  return {
    async add(userId: string, comment: { productId: string; html: string; idempotencyKey: string }) {
      const { productId, idempotencyKey } = comment
      const html = sanitizeHtml(comment.html, { tags }).trim()
      if (!hasText(html)) throw new ShopError(422, 'COMMENT_EMPTY', 'There is no text in this comment.')
      const [products, author] = await Promise.all([catalogue.byIds([productId]), accounts.byId(userId)])
      if (!products.has(productId)) throw new ShopError(404, 'PRODUCT_GONE', 'There is no such product.')
      try {
        const { name } = author!
        return view(await CommentModel.create({ productId, userId, idempotencyKey, name, html }))
      } catch (error) {
        if (!isDuplicate(error)) throw error
        return view((await CommentModel.findOne({ userId, idempotencyKey }))!)
      }
    },

    /** The newest that everybody may read. */
    async published(productId: string) {
      const found = await CommentModel.find({ productId, status: 'published' })
        .sort({ createdAt: -1 })
        .limit(50)
      return found.map(view)
    },

    /** For administrators: the newest of one status. */
    async listAll(status: CommentStatus) {
      const found = await CommentModel.find({ status }).sort({ createdAt: -1 }).limit(100)
      const products = await catalogue.named(found.map(({ productId }) => productId))
      return found.map((comment) => ({ ...view(comment), product: products.get(comment.productId) ?? null }))
    },

    /** The last word counts, whoever of the administrators says it. */
    async moderate(id: string, { status, actor }: { status: CommentStatus; actor: string }) {
      const change = { status, moderatedBy: actor, moderatedAt: new Date() }
      const comment = await CommentModel.findByIdAndUpdate(id, { $set: change }, { returnDocument: 'after' })
      if (!comment) throw new ShopError(404, 'COMMENT_NOT_FOUND', 'There is no such comment.')
      return view(comment)
    },
  }
}

export type Comments = ReturnType<typeof createComments>

function view(comment: HydratedDocument<Comment>) {
  const { name, html, status, createdAt } = comment
  return { id: comment.id as string, name, html, status, createdAt: createdAt.toISOString() }
}

function hasText(html: string): boolean {
  return /\S/.test(html.replace(/<[^>]*>|&nbsp;/g, ''))
}
