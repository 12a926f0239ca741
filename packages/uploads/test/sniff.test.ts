import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { imageSize } from '../src/image-size.js'
import { kinds, type FileKind } from '../src/kinds.js'
import { sniffKind } from '../src/sniff.js'
import * as sample from './samples.js'

const samples: [FileKind, Buffer][] = [
  ['jpeg', sample.jpeg()],
  ['png', sample.png()],
  ['gif', sample.gif()],
  ['webp', sample.webp()],
  ['webp', sample.webpLossless()],
  ['webp', sample.webpLossy()],
  ['avif', sample.heif('avif')],
  ['heic', sample.heif('heic')],
  ['avif', sample.heif('mif1', 40, 30, ['miaf', 'avif'])],
  ['heic', sample.heif('mif1', 40, 30, ['heic'])],
  ['pdf', sample.pdf()],
  ['mp4', sample.mp4()],
  ['webm', sample.webm()],
]

describe('the kind of a file', () => {
  it.each(samples)('is %s by its first bytes', (kind, bytes) => {
    expect(sniffKind(bytes)).toBe(kind)
  })

  it.each([
    ['SVG', sample.svg],
    ['SVG behind an XML prolog', Buffer.concat([Buffer.from('<?xml version="1.0"?>\n'), sample.svg])],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['Matroska', sample.webm('matr')],
    ['QuickTime', Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from('ftypqt  00000000')])],
    ['an image of no known codec', sample.heif('mif1')],
    ['a ZIP', Buffer.from('PK\x03\x04and more')],
    ['a PDF that begins later', Buffer.concat([Buffer.from('GI'), sample.pdf()])],
    ['nothing', Buffer.alloc(0)],
  ])('is unknown for %s', (_what, bytes) => {
    expect(sniffKind(bytes)).toBeUndefined()
  })

  it('is told of any bytes without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        sniffKind(Buffer.from(bytes))
      }),
    )
  })
})

describe('the size of an image', () => {
  const images = samples.filter(([kind]) => kinds[kind].family === 'image')

  it.each(images)('is read from the header of %s', (kind, bytes) => {
    expect(imageSize(kind, bytes)).toEqual({ width: 40, height: 30 })
  })

  it('is read behind the Exif data of a photograph', () => {
    expect(imageSize('jpeg', sample.jpeg(8_000, 6_000, 0, 150_000))).toEqual({ width: 8_000, height: 6_000 })
  })

  it('is right or unknown, wherever the file is cut', () => {
    for (const [kind, bytes] of images) {
      for (let end = 0; end < 300; end++)
        expect([undefined, { width: 40, height: 30 }], `${kind} cut at ${end}`).toContainEqual(
          imageSize(kind, bytes.subarray(0, end)),
        )
    }
  })

  it('is told of any bytes behind any header, without throwing and without end', () => {
    const images = ['jpeg', 'png', 'gif', 'webp', 'avif', 'heic'] as const
    const heads = [...samples.map(([, bytes]) => bytes.subarray(0, 60)), Buffer.alloc(0)]
    fc.assert(
      fc.property(
        fc.constantFrom(...images),
        fc.constantFrom(...heads),
        fc.nat(60),
        fc.uint8Array({ maxLength: 300 }),
        (kind, head, cut, tail) => {
          imageSize(kind, Buffer.concat([head.subarray(0, cut), tail]))
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
