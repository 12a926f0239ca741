/** A box of an ISO base media file: its type, and where its content is. */
export interface IsoBox {
  type: string
  start: number
  end: number
}

/**
 * The boxes between two places (ISO/IEC 14496-12, 4.2). Throws a `RangeError` when `meta`, or a box inside of it,
 * reaches beyond the bytes: they are not all here.
 */
export function isoBoxes(bytes: Buffer, from: number, to: number): IsoBox[] {
  const boxes: IsoBox[] = []
  for (let at = from; at + 8 <= to;) {
    const type = bytes.toString('latin1', at + 4, at + 8)
    const short = bytes.readUInt32BE(at)
    const size = short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? to - at : short
    const header = short === 1 ? 16 : 8
    if (size < header) break
    // The pixels themselves lie in `mdat`, which is never all here.
    if (at + size > to && type === 'mdat') break
    if (at + size > to) throw new RangeError(`The box ${type} is not complete.`)
    boxes.push({ type, start: at + header, end: at + size })
    at += size
  }
  return boxes
}
