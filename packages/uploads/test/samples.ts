import { randomBytes } from 'node:crypto'

/** Files that are what they say as far as anybody looks: the right first bytes and size, then noise. */

export function jpeg(width = 40, height = 30, bytes = 1_000, exifBytes = 0): Buffer {
  const frame = Buffer.from('ffc0000b080000000001011100', 'hex')
  frame.writeUInt16BE(height, 5)
  frame.writeUInt16BE(width, 7)
  const exif = []
  for (let left = exifBytes; left > 0; left -= 65_000) {
    const segment = Buffer.alloc(4 + Math.min(left, 65_000), 0x20)
    segment.writeUInt16BE(0xffe1, 0)
    segment.writeUInt16BE(segment.length - 2, 2)
    exif.push(segment)
  }
  return padded([Buffer.from('ffd8', 'hex'), ...exif, frame, Buffer.from('ffda', 'hex')], bytes)
}

export function png(width = 40, height = 30, bytes = 1_000): Buffer {
  const header = Buffer.from('89504e470d0a1a0a0000000d494844520000000000000000080600000000000000', 'hex')
  header.writeUInt32BE(width, 16)
  header.writeUInt32BE(height, 20)
  return padded([header], bytes)
}

export function gif(width = 40, height = 30, bytes = 1_000): Buffer {
  const header = Buffer.from('GIF89a0000')
  header.writeUInt16LE(width, 6)
  header.writeUInt16LE(height, 8)
  return padded([header], bytes)
}

export function webp(width = 40, height = 30, bytes = 1_000): Buffer {
  const header = Buffer.from('RIFF0000WEBPVP8X000000000000000000')
  header.writeUIntLE(width - 1, 24, 3)
  header.writeUIntLE(height - 1, 27, 3)
  return padded([header], bytes)
}

export function webpLossless(width = 40, height = 30): Buffer {
  const header = Buffer.from('RIFF0000WEBPVP8L0000\x2f0000', 'latin1')
  header.writeUInt32LE((width - 1) | ((height - 1) << 14), 21)
  return padded([header], 1_000)
}

export function webpLossy(width = 40, height = 30): Buffer {
  const header = Buffer.from('RIFF0000WEBPVP8 0000000\x9d\x01\x2a0000', 'latin1')
  header.writeUInt16LE(width, 26)
  header.writeUInt16LE(height, 28)
  return padded([header], 1_000)
}

/** An AVIF or HEIC: a small thumbnail's size first, then the image's own. */
export function heif(brand = 'avif', width = 40, height = 30, compatible: string[] = []): Buffer {
  const size = (w: number, h: number) => box('ispe', fourBytes(0), fourBytes(w), fourBytes(h))
  const properties = box('iprp', box('ipco', size(10, 10), size(width, height)))
  const type = box('ftyp', Buffer.from(brand), fourBytes(0), ...compatible.map((name) => Buffer.from(name)))
  return padded(
    [
      type,
      box('meta', fourBytes(0), box('hdlr', Buffer.alloc(24)), properties),
      fourBytes(1e6),
      Buffer.from('mdat'),
    ],
    1_000,
  )
}

export function mp4(bytes = 1_000): Buffer {
  return padded([box('ftyp', Buffer.from('isom'), fourBytes(512), Buffer.from('isomiso2mp41'))], bytes)
}

export function webm(docType = 'webm'): Buffer {
  return padded(
    [Buffer.from('\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84', 'latin1'), Buffer.from(docType)],
    500,
  )
}

export function pdf(bytes = 500): Buffer {
  return padded([Buffer.from('%PDF-1.7\n')], bytes)
}

export const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')

function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([fourBytes(body.length + 8), Buffer.from(type), body])
}

function fourBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function padded(parts: Buffer[], bytes: number): Buffer {
  const head = Buffer.concat(parts)
  return Buffer.concat([head, randomBytes(Math.max(0, bytes - head.length))])
}
