import type { Language } from './language.js'
import { letter } from './layout.js'
import type { Letter } from './mailer.js'

const texts = {
  en: {
    subject: 'Choose a new password',
    heading: (name: string) => `A new password, ${name}`,
    asked: 'Somebody, we hope you, has asked for a new password for your account at Soko.',
    action: 'Choose a new password',
    note: 'The link is good once and for half an hour. If it was not you, do nothing: your password stays as it is.',
  },
  sw: {
    subject: 'Chagua nenosiri jipya',
    heading: (name: string) => `Nenosiri jipya, ${name}`,
    asked: 'Mtu, tunatumaini ni wewe, ameomba nenosiri jipya la akaunti yako ya Soko.',
    action: 'Chagua nenosiri jipya',
    note: 'Kiungo kinatumika mara moja, ndani ya nusu saa. Kama si wewe, usifanye lolote: nenosiri lako linabaki lilivyo.',
  },
}

/** What somebody gets who has forgotten the password. The token is in the fragment, which browsers send to nobody. */
export function resetLetter(options: {
  to: string
  name: string
  language: Language
  token: string
  url: string
}): Letter {
  const t = texts[options.language]
  return letter(options.to, options.language, {
    subject: t.subject,
    heading: t.heading(options.name),
    paragraphs: [t.asked],
    action: { label: t.action, url: `${options.url}/reset#${options.token}` },
    notes: [t.note],
  })
}
