import { useState } from 'react'
import { useFresh } from '../orders'

/** What a request answers: loaded now, at each reconnection and on `reload`; `set` puts in what is known better. */
export function useLoaded<T>(key: string, load: () => Promise<T>) {
  const [value, set] = useState<T>()
  const { error, reload } = useFresh(async () => set(await load()), key)
  return { value, set, error, reload }
}
