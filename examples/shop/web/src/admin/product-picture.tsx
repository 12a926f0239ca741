import { useId, useRef, useState } from 'react'
import { ApiError } from '../api'
import { Field } from '../components/field'
import { Picture } from '../components/picture'
import { useI18n } from '../i18n'
import { reloadProducts } from '../products'
import { authorized } from '../session'
import type { AdminProduct } from '../types'
import { upload } from '../upload'
import { texts } from './texts'

const t = texts.picture
const kinds = 'image/jpeg,image/png,image/webp,image/avif'
const maxBytes = 5 * 1024 * 1024

interface ProductPictureProps {
  product: AdminProduct
  onChange: (product: AdminProduct) => void
}

/** The picture of a product: chosen or dropped, described, replaced and removed, each at once. */
export function ProductPicture({ product, onChange }: ProductPictureProps) {
  const { problem } = useI18n()
  const chooser = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [sending, setSending] = useState<{ share: number; controller: AbortController }>()
  const [error, setError] = useState<string>()
  const [done, setDone] = useState<string>()
  const [alt, setAlt] = useState(product.pictureAlt ?? '')
  const path = `/admin/products/${product.id}/picture`
  const headingId = useId()

  async function act(said: string, work: () => Promise<{ product: AdminProduct }>) {
    setError(undefined)
    setDone(undefined)
    try {
      const { product: changed } = await work()
      onChange(changed)
      reloadProducts()
      setDone(said)
    } catch (failure) {
      if (failure instanceof ApiError) setError(t.errors[failure.code] ?? problem(failure))
      else setDone(t.canceled)
    }
  }

  async function send(file: File | undefined) {
    if (!file || sending) return
    const wrong = refusalOf(file)
    setDone(undefined)
    setError(wrong)
    if (wrong) return
    const controller = new AbortController()
    const onProgress = (share: number) => setSending({ share, controller })
    onProgress(0)
    const form = new FormData()
    form.append('alt', alt)
    form.append('picture', file)
    await act(t.added, () => upload(path, form, { onProgress, signal: controller.signal }))
    setSending(undefined)
  }

  return (
    <section className="office-section office-picture" aria-labelledby={headingId}>
      <h2 id={headingId}>{t.title}</h2>
      <div
        className={over ? 'drop drop-over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          void send(event.dataTransfer.files[0])
        }}
      >
        <Picture of={product} alt={product.pictureAlt ?? ''} sizes="10rem" />
        <div className="drop-text">
          {sending ? (
            <>
              <progress max={1} value={sending.share} aria-label={t.sending} />
              <p className="muted">{sending.share < 1 ? t.sent(sending.share) : t.keeping}</p>
              <button type="button" className="button quiet" onClick={() => sending.controller.abort()}>
                {t.cancel}
              </button>
            </>
          ) : (
            <>
              <p className="office-acts">
                <button type="button" className="button quiet" onClick={() => chooser.current?.click()}>
                  {product.hasPhoto ? t.replace : t.choose}
                </button>
                {product.hasPhoto && (
                  <button
                    type="button"
                    className="button quiet"
                    onClick={() => void act(t.removed, () => authorized(path, { method: 'DELETE' }))}
                  >
                    {t.remove}
                  </button>
                )}
              </p>
              <p className="hint">{t.hint}</p>
            </>
          )}
          <input
            ref={chooser}
            type="file"
            accept={kinds}
            hidden
            aria-label={t.choose}
            onChange={({ currentTarget }) => {
              void send(currentTarget.files?.[0])
              // The same file may be chosen again.
              currentTarget.value = ''
            }}
          />
        </div>
      </div>
      {error && (
        <p className="problem" role="alert">
          {error}
        </p>
      )}
      <p className="muted" role="status">
        {done}
      </p>
      <Field
        label={t.alt}
        hint={t.altHint}
        maxLength={200}
        value={alt}
        onChange={({ currentTarget }) => setAlt(currentTarget.value)}
      />
      {product.hasPhoto && alt !== (product.pictureAlt ?? '') && (
        <button
          type="button"
          className="button quiet"
          onClick={() => void act(t.described, () => authorized(path, { method: 'PATCH', body: { alt } }))}
        >
          {t.saveAlt}
        </button>
      )}
    </section>
  )
}

/** What the server would say too, without sending anything. It looks into the file, which this does not. */
function refusalOf(file: File): string | undefined {
  if (!kinds.split(',').includes(file.type)) return t.errors['UPLOADS_KIND_REFUSED']
  if (file.size > maxBytes) return t.errors['UPLOADS_FILE_TOO_LARGE']
  return undefined
}
