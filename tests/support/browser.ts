import { chromium, type Browser } from 'playwright-core'

/** Where the browser is; `npm test` finds or installs it and says so here. Without one, page tests are skipped. */
export const chromiumPath = process.env.CHROMIUM

/** A headless Chromium that speaks to this machine alone. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
