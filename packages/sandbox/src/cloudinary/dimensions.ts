/** Width and height, in pixels. */
export interface Size {
  width: number
  height: number
}

/** PNG: the first chunk is IHDR (W3C PNG, 11.2.1). */
export function png(bytes: Buffer): Size | undefined {
  if (bytes.length < 24 || bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

/** GIF: the logical screen descriptor. */
export function gif(bytes: Buffer): Size | undefined {
  if (bytes.length < 10) return undefined
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
}

/** JPEG: the frame header, behind segments of any kind (ITU T.81, B.1.1 and B.2.2). */
export function jpeg(bytes: Buffer): Size | undefined {
  let at = 2
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff)
      at++ // a fill byte
    else if (marker === 0xd9 || marker === 0xda) return undefined
    else if (isFrame(marker)) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    else at += 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}

/** SOF0 to SOF15, without DHT, JPG and DAC, which lie among them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

/** WebP: lossy, lossless or extended (RFC 9649). */
export function webp(bytes: Buffer): Size | undefined {
  if (bytes.length < 30) return undefined
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
    default:
      return undefined
  }
}

/** AVIF: the largest of the sizes that its items have (ISO/IEC 23008-12, 6.5.3); the others are tiles and thumbnails. */
export function avif(bytes: Buffer): Size | undefined {
  let largest: Size | undefined
  for (
    let at = bytes.indexOf('ispe');
    at >= 0 && at + 16 <= bytes.length;
    at = bytes.indexOf('ispe', at + 4)
  ) {
    const size = { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) }
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size
  }
  return largest
}

/** SVG: width and height in pixels, else the view box, else what browsers take (CSS 2.1, 10.3.2). */
export function svg(bytes: Buffer): Size {
  const [tag = ''] = /<svg[^>]*>/i.exec(bytes.toString('utf8', 0, 16_384)) ?? []
  const attribute = (name: string) => new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`, 'i').exec(tag)?.[1]
  const pixels = (name: string) => {
    const text = attribute(name)
    return text !== undefined && /^\s*\d+(\.\d+)?(px)?\s*$/.test(text)
      ? Math.round(parseFloat(text))
      : undefined
  }
  const box =
    attribute('viewBox')
      ?.trim()
      .split(/[\s,]+/)
      .map(Number) ?? []
  const [boxWidth, boxHeight] = [box[2], box[3]].map((side) =>
    side && side > 0 ? Math.round(side) : undefined,
  )
  return { width: pixels('width') ?? boxWidth ?? 300, height: pixels('height') ?? boxHeight ?? 150 }
}
