import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { api, type ApiError } from '../api'
import { useI18n } from '../i18n'
import { onePress } from '../idempotency'
import { authorized, useSession } from '../session'
import type { Comment, Product } from '../types'
import { Failure } from './failure'
import { Area } from './field'
import { Submit } from './submit'

/** What customers say of a product, and the place to say it. */
export function Comments({ product }: { product: Product }) {
  const { t, date } = useI18n()
  const { status } = useSession()
  const [comments, setComments] = useState<Comment[]>()
  const [error, setError] = useState<ApiError>()
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    let current = true
    setError(undefined)
    api<{ comments: Comment[] }>(`/comments?product=${product.id}`).then(
      (answer) => current && setComments(answer.comments),
      (failure: ApiError) => current && setError(failure),
    )
    return () => {
      current = false
    }
  }, [product.id, attempt])

  return (
    <section aria-labelledby="comments" className="comments">
      <h2 id="comments">{t.comments}</h2>
      {error && <Failure error={error} retry={() => setAttempt((n) => n + 1)} />}
      {!comments && !error && <p className="bone bone-line" aria-busy="true" />}
      {comments?.length === 0 && <p className="muted">{t.noComments}</p>}
      <ul>
        {comments?.map(({ id, name, html, createdAt }) => (
          <li key={id} className="comment">
            <p>
              <strong>{name}</strong> <span className="muted">{date(createdAt)}</span>
            </p>
            <CommentText html={html} />
          </li>
        ))}
      </ul>
      {status === 'signed-in' && <CommentForm product={product} />}
      {status === 'anonymous' && (
        <p>
          <Link href="/account" className="link">
            {t.commentSignIn}
          </Link>
        </p>
      )}
    </section>
  )
}

/** The server has sanitized it before it was stored; this is the one place that shows HTML of customers. */
export function CommentText({ html }: { html: string }) {
  return <div className="comment-text" dangerouslySetInnerHTML={{ __html: html }} />
}

function CommentForm({ product }: { product: Product }) {
  const { t, problem } = useI18n()
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState(false)
  const [error, setError] = useState<ApiError>()

  async function submit(event: React.SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const body = { productId: product.id, html: String(new FormData(form).get('comment')) }
    setBusy(true)
    setError(undefined)
    try {
      await onePress(`comment ${JSON.stringify(body)}`, (idempotencyKey) =>
        authorized('/comments', { body, idempotencyKey }),
      )
      form.reset()
      setSent(true)
    } catch (failure) {
      setError(failure as ApiError)
    }
    setBusy(false)
  }

  return (
    <form className="form comment-form" onSubmit={submit}>
      <Area label={t.comment} name="comment" required maxLength={2000} hint={t.commentHint} />
      {error && (
        <p className="problem" role="alert">
          {problem(error)}
        </p>
      )}
      <p role="status" className="added">
        {sent && t.commentSent}
      </p>
      <Submit busy={busy}>{t.commentSend}</Submit>
    </form>
  )
}
