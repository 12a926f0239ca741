import { setLanguage, useI18n, type Language } from '../i18n'

const languages: [Language, string, string][] = [
  ['en', 'EN', 'English'],
  ['sw', 'SW', 'Kiswahili'],
]

export function LanguageToggle() {
  const { lang, t } = useI18n()
  return (
    <div role="group" aria-label={t.language} className="languages">
      {languages.map(([code, short, name]) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-label={`${short}, ${name}`}
          aria-pressed={lang === code}
          onClick={() => setLanguage(code)}
        >
          {short}
        </button>
      ))}
    </div>
  )
}
