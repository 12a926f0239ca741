import { useEffect } from 'react'
import { api } from './api'
import { createStore, useStore } from './store'

/** What this installation of the shop has. */
export interface Config {
  sandboxPhoneUrl?: string
  takesCards: boolean
  /** With it, cards are entered in a form of Stripe's on the order's page; without it, on a page of Stripe's. */
  cardFormKey?: string
}

const config = createStore<Config>({ takesCards: false })
let asked: Promise<void> | undefined

/** Asked for once; until it is known, as little as possible. */
export function useConfig(): Config {
  useEffect(() => {
    asked ??= api<Config>('/config').then(config.set, () => {
      asked = undefined
    })
  }, [])
  return useStore(config)
}
