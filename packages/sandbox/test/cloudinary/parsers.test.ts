import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readMedia, unreadFormat } from '../../src/cloudinary/media.js'
import { Refusal } from '../../src/cloudinary/refusal.js'
import { stringToSign } from '../../src/cloudinary/signature.js'
import { isTransformation, readTransformation } from '../../src/cloudinary/transformation.js'
import { contextOf } from '../../src/cloudinary/upload-params.js'
import { gif, jpg, mp4, png, svg, webp } from './pictures.js'

it('no bytes are too strange to be looked at, and a size is above nothing', () => {
  const files = fc.constantFrom(
    jpg,
    png,
    gif,
    webp,
    svg,
    mp4,
    Buffer.from('\0\0\0\x1cftypavif\0ispe', 'latin1'),
  )
  const cut = fc
    .tuple(files, fc.nat(500), fc.uint8Array({ maxLength: 60 }), fc.nat(200))
    .map(([file, length, noise, at]) => {
      const bytes = Buffer.concat([file.subarray(0, length), noise])
      noise.forEach((byte, index) => (bytes[at + index] = byte))
      return bytes
    })
  fc.assert(
    fc.property(cut, (bytes) => {
      const { size } = readMedia(bytes) ?? {}
      if (size) expect(Math.min(size.width, size.height)).toBeGreaterThan(0)
      unreadFormat(bytes)
    }),
    { numRuns: 3000 },
  )
})

it('a drawing is known behind many comments, and what is none is not looked at for ever', () => {
  const comments = '<!-- a --> '.repeat(300)
  expect(readMedia(Buffer.from(`${comments}<svg width="4px" height='3'/>`))).toMatchObject({
    format: 'svg',
    size: { width: 4, height: 3 },
  })
  expect(readMedia(Buffer.from(`${comments}<html><svg>`))).toBeUndefined()
})

it('a transformation is taken or refused, and nothing else happens', () => {
  const value = fc.constantFrom(
    '0',
    '1',
    '100',
    '0.5',
    'auto',
    'auto:best',
    'fill',
    'jpg',
    'center',
    'sanitize',
    '-1',
    '',
  )
  const key = fc.constantFrom('w', 'h', 'c', 'q', 'f', 'g', 'dpr', 'fl', 'ar', 'e', 'xyz', '__proto__', '')
  const parameter = fc.oneof(
    fc.tuple(key, value).map((pair) => pair.join('_')),
    fc.string(),
  )
  const component = fc.array(parameter, { maxLength: 4 }).map((parts) => parts.join(','))
  const text = fc.array(component, { maxLength: 3 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(text, (transformation) => {
      try {
        readTransformation(transformation, 'image')
        expect(transformation.split('/').filter(Boolean).every(isTransformation)).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal)
        expect((error as Refusal).status).toBe(400)
      }
    }),
    { numRuns: 2000 },
  )
})

it('what is said of a file comes back as it was said, whatever it holds', () => {
  const word = fc.string({ minLength: 1 }).filter((text) => !text.endsWith('\\') && !/\\[=|]/.test(text))
  const escaped = (text: string) => text.replace(/[=|]/g, '\\$&')
  fc.assert(
    fc.property(fc.dictionary(word, word), (context) => {
      const text = Object.entries(context).map(([key, value]) => `${escaped(key)}=${escaped(value)}`)
      expect(Object.entries(contextOf({ context: text.join('|') }))).toEqual(Object.entries(context))
    }),
  )
})

it('signs in order, without what is empty or never signed, and version 2 keeps an ampersand in its place', () => {
  const fields = {
    timestamp: '1',
    public_id: 'a&folder=b',
    tags: ['x', 'y'],
    file: '…',
    api_key: '2',
    folder: '',
  }
  expect(stringToSign(fields, 1)).toBe('public_id=a&folder=b&tags=x,y&timestamp=1')
  expect(stringToSign(fields, 2)).toBe('public_id=a%26folder=b&tags=x,y&timestamp=1')
})
