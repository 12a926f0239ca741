import { avif, gif, jpeg, png, svg, webp, type Size } from './dimensions.js'
import type { ResourceType } from './state.js'

/** What the bytes of a file are, whatever its name says. */
export interface Media {
  resourceType: 'image' | 'video'
  format: string
  contentType: string
  /** Of images. */
  size?: Size
}

/** A format: how its bytes begin, and for an image where its size stands. */
interface Format {
  format: string
  contentType: string
  isFound: (bytes: Buffer) => boolean
  sizeOf?: (bytes: Buffer) => Size | undefined
}

const ascii = (bytes: Buffer, start: number, end: number) => bytes.toString('latin1', start, end)
const begins = (prefix: string) => (bytes: Buffer) => ascii(bytes, 0, prefix.length) === prefix
const riff = (kind: string) => (bytes: Buffer) => begins('RIFF')(bytes) && ascii(bytes, 8, 12) === kind
/** An ISO base media file by its major brand. */
const brand = (pattern: RegExp) => (bytes: Buffer) =>
  ascii(bytes, 4, 8) === 'ftyp' && pattern.test(ascii(bytes, 8, 12))

const formats: Format[] = [
  { format: 'jpg', contentType: 'image/jpeg', isFound: begins('\xff\xd8\xff'), sizeOf: jpeg },
  { format: 'png', contentType: 'image/png', isFound: begins('\x89PNG\r\n\x1a\n'), sizeOf: png },
  {
    format: 'gif',
    contentType: 'image/gif',
    isFound: (bytes) => /^GIF8[79]a/.test(ascii(bytes, 0, 6)),
    sizeOf: gif,
  },
  { format: 'webp', contentType: 'image/webp', isFound: riff('WEBP'), sizeOf: webp },
  { format: 'avif', contentType: 'image/avif', isFound: brand(/^avi[fs]$/), sizeOf: avif },
  { format: 'svg', contentType: 'image/svg+xml', isFound: isSvg, sizeOf: svg },
  { format: 'mp4', contentType: 'video/mp4', isFound: brand(/^(isom|iso\d|mp4\d|avc1|M4V |dash|msdh)/) },
  { format: 'mov', contentType: 'video/quicktime', isFound: brand(/^qt {2}$/) },
  { format: 'webm', contentType: 'video/webm', isFound: begins('\x1a\x45\xdf\xa3') },
  {
    format: 'mp3',
    contentType: 'audio/mpeg',
    isFound: (bytes) => /^(ID3|\xff[\xfb\xf3\xf2])/.test(ascii(bytes, 0, 3)),
  },
  { format: 'wav', contentType: 'audio/wav', isFound: riff('WAVE') },
  { format: 'ogg', contentType: 'audio/ogg', isFound: begins('OggS') },
]

/** Cloudinary takes these for images; the sandbox cannot read their size. */
const unread: Array<Pick<Format, 'format' | 'isFound'>> = [
  { format: 'pdf', isFound: begins('%PDF-') },
  { format: 'heic', isFound: brand(/^(hei[cxms]|hev[cx]|mif1|msf1)$/) },
  { format: 'tiff', isFound: (bytes) => /^(II\*\0|MM\0\*)/.test(ascii(bytes, 0, 4)) },
  { format: 'psd', isFound: begins('8BPS') },
  { format: 'bmp', isFound: (bytes) => begins('BM')(bytes) && ascii(bytes, 6, 10) === '\0\0\0\0' },
  { format: 'ico', isFound: begins('\0\0\x01\0') },
]

/** Reads what a file is. Undefined: neither an image nor a video. */
export function readMedia(bytes: Buffer): Media | undefined {
  const found = formats.find(({ isFound }) => isFound(bytes))
  if (!found) return undefined
  const { format, contentType, sizeOf } = found
  if (!sizeOf) return { resourceType: 'video', format, contentType }
  const size = sizeOf(bytes)
  return size && size.width > 0 && size.height > 0
    ? { resourceType: 'image', format, contentType, size }
    : undefined
}

/** The name of an image format that Cloudinary reads and the sandbox does not. */
export function unreadFormat(bytes: Buffer): string | undefined {
  return unread.find(({ isFound }) => isFound(bytes))?.format
}

const named: Record<string, [ResourceType, string]> = {
  ...Object.fromEntries(
    formats.map(({ format, sizeOf }) => [format, [sizeOf ? 'image' : 'video', format]] as const),
  ),
  jpeg: ['image', 'jpg'],
  jpe: ['image', 'jpg'],
  ...Object.fromEntries(
    ['heic', 'bmp', 'tiff', 'tif', 'ico', 'pdf', 'jp2', 'jxl'].map((name) => [name, ['image', name]]),
  ),
  ...Object.fromEntries(
    ['m3u8', 'mpd', 'mkv', 'ogv', 'flv', 'm4a', 'aac'].map((name) => [name, ['video', name]]),
  ),
}

/** Whether `name` is a format that Cloudinary delivers that kind of resource in. */
export function isFormatOf(resourceType: ResourceType, name: string): boolean {
  return Object.hasOwn(named, name) && named[name]?.[0] === resourceType
}

/** The usual name of a format: `jpeg` is `jpg`. */
export function formatName(name: string): string {
  const lower = name.toLowerCase()
  return (Object.hasOwn(named, lower) ? named[lower]?.[1] : undefined) ?? lower
}

/** Behind a byte order mark, an XML declaration, comments and a document type. */
function isSvg(bytes: Buffer): boolean {
  const head = bytes.toString('utf8', 0, 4096)
  return /^\uFEFF?\s*(?:(?:<\?xml[^>]*>|<!--(?:(?!-->)[^])*-->|<!DOCTYPE[^>]*>)\s*)*<svg[\s>]/i.test(head)
}
