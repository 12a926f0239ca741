/** Chunks are split in two at this size; small enough that inserting into one is a short memory move. */
const CHUNK = 512

/**
 * A sorted list in chunks: finding is a binary search over chunks and within one, inserting and removing move
 * no more than one chunk.
 */
export class SortedList<T> {
  readonly #compare: (a: T, b: T) => number
  readonly #chunks: T[][] = []
  size = 0

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  /** Adds an item; one that compares equal to it goes before. */
  add(item: T): void {
    this.size++
    if (this.#chunks.length === 0) {
      this.#chunks.push([item])
      return
    }
    const { chunk, at } = this.#find((other) => this.#compare(other, item) <= 0)
    // An item that belongs after the last one of all still goes into the last chunk.
    const target = Math.min(chunk, this.#chunks.length - 1)
    const items = this.#chunks[target]!
    items.splice(target === chunk ? at : items.length, 0, item)
    if (items.length > CHUNK) this.#chunks.splice(target + 1, 0, items.splice(CHUNK / 2))
  }

  /** Removes the item that compares equal to `item`. */
  delete(item: T): void {
    const { chunk, at } = this.#find((other) => this.#compare(other, item) < 0)
    const items = this.#chunks[chunk]
    if (!items || this.#compare(items[at]!, item) !== 0) return
    items.splice(at, 1)
    if (items.length === 0) this.#chunks.splice(chunk, 1)
    this.size--
  }

  /** The items from the first one that is not before, as long as they are `within`; ascending. */
  *ascend(isBefore: (item: T) => boolean, isWithin: (item: T) => boolean): Generator<T> {
    const start = this.#find(isBefore)
    for (let chunk = start.chunk, at = start.at; chunk < this.#chunks.length; chunk++, at = 0) {
      for (const items = this.#chunks[chunk]!; at < items.length; at++) {
        if (!isWithin(items[at]!)) return
        yield items[at]!
      }
    }
  }

  /** The items from the last one that is not after, as long as they are `within`; descending. */
  *descend(isNotAfter: (item: T) => boolean, isWithin: (item: T) => boolean): Generator<T> {
    const end = this.#find(isNotAfter)
    for (let chunk = Math.min(end.chunk, this.#chunks.length - 1); chunk >= 0; chunk--) {
      const items = this.#chunks[chunk]!
      for (let at = (chunk === end.chunk ? end.at : items.length) - 1; at >= 0; at--) {
        if (!isWithin(items[at]!)) return
        yield items[at]!
      }
    }
  }

  /** The place of the first item for which `isBefore` does not hold. */
  #find(isBefore: (item: T) => boolean): { chunk: number; at: number } {
    const chunk = firstIndex(this.#chunks.length, (index) => !isBefore(this.#chunks[index]!.at(-1)!))
    const items = this.#chunks[chunk]
    return { chunk, at: items ? firstIndex(items.length, (index) => !isBefore(items[index]!)) : 0 }
  }
}

/** The first index below `length` for which `holds`, given that it holds for all that follow. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
