interface PictureProps {
  of: { slug: string; picture: string }
  /** Pictures beside the product's name say nothing more. */
  alt?: string
  /** The one picture of this product that glides between pages. */
  glides?: boolean
  eager?: boolean
}

export function Picture({ of, alt = '', glides = false, eager = false }: PictureProps) {
  return (
    <div className="picture" style={glides ? { viewTransitionName: `picture-${of.slug}` } : undefined}>
      <img src={of.picture} alt={alt} width="1000" height="1000" loading={eager ? 'eager' : 'lazy'} />
    </div>
  )
}
