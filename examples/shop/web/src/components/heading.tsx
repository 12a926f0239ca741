import { useEffect, useRef } from 'react'

// The first page is announced by the browser itself; pages that follow take the focus to their heading.
let arrived = false

interface HeadingProps {
  children: React.ReactNode
  /** For the tab; the heading itself unless said otherwise. */
  title?: string
  lang?: string
  className?: string
}

/** The one h1 of a page: names the tab and, after a navigation, receives the focus. */
export function Heading({ children, title = String(children), lang, className }: HeadingProps) {
  const ref = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = title === 'Soko' ? title : `${title} · Soko`
  }, [title])
  useEffect(() => {
    if (arrived) ref.current?.focus({ preventScroll: true })
    arrived = true
  }, [])
  return (
    <h1 ref={ref} tabIndex={-1} lang={lang} className={className}>
      {children}
    </h1>
  )
}
