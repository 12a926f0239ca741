/** As much of Stripe.js as the card form uses: https://docs.stripe.com/js. */
export interface StripeJs {
  elements(options: { clientSecret: string; locale: string; appearance: object }): Elements
  confirmPayment(options: {
    elements: Elements
    confirmParams: { return_url: string }
    redirect: 'if_required'
  }): Promise<{ error?: { type: string; message?: string } }>
}

export interface Elements {
  create(type: 'payment'): PaymentElement
}

export interface PaymentElement {
  mount(place: HTMLElement): void
  on(event: 'ready' | 'loaderror', listener: () => void): void
  destroy(): void
}

declare global {
  interface Window {
    Stripe?: (key: string) => StripeJs
  }
}

// Stripe's release of the API version that the server's SDK speaks. It has to come from Stripe itself.
const source = 'https://js.stripe.com/endive/stripe.js'
let loading: Promise<void> | undefined

/** Fetches Stripe.js, once, for those who pay by card. What failed is tried again the next time. */
export async function loadStripe(key: string): Promise<StripeJs> {
  loading ??= new Promise<void>((resolve, reject) => {
    const script = document.createElement('script')
    script.src = source
    script.onload = () => resolve()
    script.onerror = () => {
      script.remove()
      loading = undefined
      reject(new Error('Stripe.js did not load.'))
    }
    document.head.append(script)
  })
  await loading
  return window.Stripe!(key)
}
