import { Component } from 'react'
import { useI18n } from '../i18n'

interface BoundaryProps {
  /** A page that has failed is not the end of the others. */
  path: string
  children: React.ReactNode
}

/** Where a page cannot be shown, since a part of it could not be fetched or has failed: says so, and loads anew. */
export class Boundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override componentDidUpdate({ path }: BoundaryProps) {
    if (this.state.failed && path !== this.props.path) this.setState({ failed: false })
  }

  override render() {
    return this.state.failed ? <Broken /> : this.props.children
  }
}

function Broken() {
  const { t } = useI18n()
  return (
    <div className="page empty" role="alert">
      <h1>{t.errorTitle}</h1>
      <p>{t.brokenPage}</p>
      {/* After a release the parts have other names, which the page learns by loading anew. */}
      <button type="button" className="button" onClick={() => location.reload()}>
        {t.tryAgain}
      </button>
    </div>
  )
}
