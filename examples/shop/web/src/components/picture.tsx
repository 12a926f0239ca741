interface PictureProps {
  of: { slug: string; picture: string; pictureSet?: string }
  /** Pictures beside the product's name say nothing more. */
  alt?: string
  /** How wide it is shown, as `sizes` of an image: a row is small. */
  sizes?: string
  /** The one picture of this product that glides between pages. */
  glides?: boolean
  eager?: boolean
}

export function Picture({ of, alt = '', sizes = '5rem', glides = false, eager = false }: PictureProps) {
  return (
    <div className="picture" style={glides ? { viewTransitionName: `picture-${of.slug}` } : undefined}>
      <img
        key={of.picture}
        src={of.picture}
        {...(of.pictureSet && { srcSet: of.pictureSet, sizes })}
        alt={alt}
        width="1000"
        height="1000"
        loading={eager ? 'eager' : 'lazy'}
        onError={showDrawing}
      />
    </div>
  )
}

/** An order keeps the address of a picture that may have been removed since. */
function showDrawing({ currentTarget: image }: React.SyntheticEvent<HTMLImageElement>) {
  if (image.src.endsWith(drawing)) return
  image.removeAttribute('srcset')
  image.src = drawing
}

const drawing = '/pictures/new.svg'
