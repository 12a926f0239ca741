import type { FileKind } from './kinds.js'

/** What the first bytes of a file are, or undefined for anything that is not in `kinds`. At least 64 bytes, or all there are. */
export function sniffKind(head: Buffer): FileKind | undefined {
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'jpeg'
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png'
  const text = head.toString('latin1', 0, 64)
  if (/^GIF8[79]a/.test(text)) return 'gif'
  if (/^RIFF[^]{4}WEBP/.test(text)) return 'webp'
  if (text.startsWith('%PDF-')) return 'pdf'
  if (text.startsWith('\x1a\x45\xdf\xa3')) return isWebm(text) ? 'webm' : undefined
  if (text.slice(4, 8) === 'ftyp') return kindOfBrands(head)
  return undefined
}

function startsWith(head: Buffer, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[index] === byte)
}

/** EBML, element 0x4282 (DocType), one byte of length. Matroska, which browsers do not play, has the same header. */
function isWebm(text: string): boolean {
  return text.includes('\x42\x82\x84webm')
}

const brands: Record<string, FileKind> = {
  // https://aomediacodec.github.io/av1-avif
  ...named('avif', ['avif', 'avis']),
  // ISO/IEC 23008-12, Annex B
  ...named('heic', ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']),
  // https://mp4ra.org/registered-types/brands
  ...named('mp4', ['isom', 'iso2', 'iso3', 'iso4', 'iso5', 'iso6', 'iso7', 'iso8', 'iso9']),
  ...named('mp4', ['mp41', 'mp42', 'avc1', 'dash', 'M4V ', 'M4VP', 'MSNV']),
}

/** The major brand decides. `mif1` and `msf1` only say that there is an image: which one, the compatible brands say. */
function kindOfBrands(head: Buffer): FileKind | undefined {
  const major = head.toString('latin1', 8, 12)
  if (major !== 'mif1' && major !== 'msf1') return brands[major]
  const end = Math.min(head.readUInt32BE(0), head.length)
  for (let at = 16; at + 4 <= end; at += 4) {
    const kind = brands[head.toString('latin1', at, at + 4)]
    if (kind === 'avif' || kind === 'heic') return kind
  }
  return undefined
}

function named(kind: FileKind, names: readonly string[]): Record<string, FileKind> {
  return Object.fromEntries(names.map((name) => [name, kind]))
}
