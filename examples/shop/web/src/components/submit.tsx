interface SubmitProps {
  busy: boolean
  children: React.ReactNode
}

/** The button of a form. While busy it keeps the focus and its name, and does nothing. */
export function Submit({ busy, children }: SubmitProps) {
  return (
    <button
      type="submit"
      className="button wide"
      aria-disabled={busy || undefined}
      onClick={(event) => busy && event.preventDefault()}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  )
}
