import { useState } from 'react'
import { Link } from 'wouter'
import type { ApiError } from '../api'
import { CommentText } from '../components/comments'
import { Failure } from '../components/failure'
import { Heading } from '../components/heading'
import { useI18n } from '../i18n'
import { authorized } from '../session'
import type { AdminComment, CommentStatus } from '../types'
import { useLoaded } from './loaded'
import { texts as t } from './texts'

const statuses: CommentStatus[] = ['pending', 'published', 'removed']

/** What customers have written: what waits, what everybody reads, what was taken away. */
export function CommentsPage() {
  const [status, setStatus] = useState<CommentStatus>('pending')
  const { value, error, reload } = useLoaded(`comments ${status}`, async () => {
    return {
      status,
      ...(await authorized<{ comments: AdminComment[] }>(`/admin/comments?status=${status}`)),
    }
  })
  const comments = value?.status === status ? value.comments : undefined
  return (
    <>
      <Heading>{t.sections.comments}</Heading>
      <div role="group" aria-label={t.commentsOf} className="office-choice">
        {statuses.map((each) => (
          <button
            key={each}
            type="button"
            className="button quiet"
            aria-pressed={each === status}
            onClick={() => setStatus(each)}
          >
            {t.commentStatus[each]}
          </button>
        ))}
      </div>
      {error && <Failure error={error} retry={reload} />}
      {!comments && !error && <p className="bone bone-block" aria-busy="true" />}
      {comments?.length === 0 && <p className="muted">{t.noComments[status]}</p>}
      <ul>
        {comments?.map((comment) => (
          <Row key={comment.id} comment={comment} reload={reload} />
        ))}
      </ul>
    </>
  )
}

function Row({ comment, reload }: { comment: AdminComment; reload: () => void }) {
  const { date, problem } = useI18n()
  const [error, setError] = useState<ApiError>()
  const { id, name, html, status, createdAt, product } = comment

  async function turn(next: CommentStatus) {
    await authorized(`/admin/comments/${id}`, { method: 'PATCH', body: { status: next } }).then(
      reload,
      setError,
    )
  }

  return (
    <li className="comment">
      <p>
        <strong>{name}</strong>{' '}
        {product && (
          <Link href={`~/products/${product.slug}`} className="link">
            {product.name}
          </Link>
        )}{' '}
        <span className="muted">{date(createdAt)}</span>
      </p>
      <CommentText html={html} />
      <p className="office-acts">
        {status !== 'published' && (
          <button type="button" className="button" onClick={() => void turn('published')}>
            {t.publish}
          </button>
        )}
        {status !== 'removed' && (
          <button type="button" className="button quiet" onClick={() => void turn('removed')}>
            {t.takeAway}
          </button>
        )}
      </p>
      {error && (
        <p className="problem" role="alert">
          {problem(error)}
        </p>
      )}
    </li>
  )
}
