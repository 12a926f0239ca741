import { useId } from 'react'

interface LabelledProps {
  label: string
  hint?: string | undefined
  error?: string | undefined
}

/** What ties a box to its label, its hint and its error. */
interface Ties {
  id: string
  'aria-invalid': true | undefined
  'aria-describedby': string | undefined
}

/** A labelled text box; its hint and its error are read out with it. */
export function Field({
  label,
  hint,
  error,
  ...input
}: LabelledProps & React.InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(ties) => <input {...ties} {...input} />}
    </Labelled>
  )
}

/** Likewise, for text of several lines. */
export function Area({
  label,
  hint,
  error,
  ...input
}: LabelledProps & React.TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(ties) => <textarea rows={4} {...ties} {...input} />}
    </Labelled>
  )
}

/** Likewise, for one of several. */
export function Choice({
  label,
  hint,
  error,
  ...input
}: LabelledProps & React.SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(ties) => <select {...ties} {...input} />}
    </Labelled>
  )
}

function Labelled({
  label,
  hint,
  error,
  children,
}: LabelledProps & { children: (ties: Ties) => React.ReactNode }) {
  const id = useId()
  const notes = [hint && !error && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-invalid': error ? true : undefined, 'aria-describedby': notes || undefined })}
      {hint && !error && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="field-error">
          {error}
        </p>
      )}
    </div>
  )
}
