/** Web storage that may be full, or switched off: then what is written lasts as long as the page. */
export function keep(storage: () => Storage, key: string) {
  let copy: string | null = null
  return {
    read(): string | null {
      try {
        return storage().getItem(key) ?? copy
      } catch {
        return copy
      }
    },
    write(value: string | null): void {
      copy = value
      try {
        if (value === null) storage().removeItem(key)
        else storage().setItem(key, value)
      } catch {
        // The copy above serves.
      }
    },
  }
}
