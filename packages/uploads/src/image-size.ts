import { isoBoxes } from './iso-boxes.js'
import type { FileKind } from './kinds.js'

/** Width and height of an image, in pixels. */
export interface ImageSize {
  width: number
  height: number
}

/** Reads the size out of the header of an image, without decoding it; undefined while `head` does not hold it. */
export function imageSize(kind: FileKind, head: Buffer): ImageSize | undefined {
  try {
    return readers[kind]?.(head)
  } catch (error) {
    // A read past the end: the header is longer than what is here.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const readers: Partial<Record<FileKind, (head: Buffer) => ImageSize | undefined>> = {
  jpeg: jpegSize,
  png: pngSize,
  gif: gifSize,
  webp: webpSize,
  avif: heifSize,
  heic: heifSize,
}

/** PNG 3rd edition, 11.2.1: IHDR is the first chunk. */
function pngSize(head: Buffer): ImageSize | undefined {
  if (head.toString('latin1', 12, 16) !== 'IHDR') return undefined
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
}

/** GIF89a, 18: the logical screen. A frame may not reach beyond it. */
function gifSize(head: Buffer): ImageSize {
  return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) }
}

/** RFC 9649, 2.5 to 2.7. */
function webpSize(head: Buffer): ImageSize | undefined {
  const format = head.toString('latin1', 12, 16)
  if (format === 'VP8X') return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 }
  if (format === 'VP8 ') {
    return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff }
  }
  if (format !== 'VP8L') return undefined
  const bits = head.readUInt32LE(21)
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}

/** ITU T.81, B.1.1 and B.2.2: segments up to the start of the frame. */
function jpegSize(head: Buffer): ImageSize | undefined {
  let at = 2
  for (;;) {
    if (head.readUInt8(at) !== 0xff) return undefined
    const marker = head.readUInt8(at + 1)
    if (marker === 0xff) at += 1
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2
    else if (isFrame(marker)) return { width: head.readUInt16BE(at + 7), height: head.readUInt16BE(at + 5) }
    else if (marker === 0xd9 || marker === 0xda) return undefined
    else at += 2 + head.readUInt16BE(at + 2)
  }
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which lie among them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

/** ISO/IEC 23008-12, 6.5.3: the largest `ispe`. Thumbnails and the tiles of a grid have smaller ones. */
function heifSize(head: Buffer): ImageSize | undefined {
  const sizes = isoBoxes(head, 0, head.length)
    .filter(({ type }) => type === 'meta')
    .flatMap(({ start, end }) => isoBoxes(head, start + 4, end))
    .filter(({ type }) => type === 'iprp')
    .flatMap(({ start, end }) => isoBoxes(head, start, end))
    .filter(({ type }) => type === 'ipco')
    .flatMap(({ start, end }) => isoBoxes(head, start, end))
    .filter(({ type }) => type === 'ispe')
    .map(({ start }) => ({ width: head.readUInt32BE(start + 4), height: head.readUInt32BE(start + 8) }))
  return sizes.sort((a, b) => b.width * b.height - a.width * a.height)[0]
}
