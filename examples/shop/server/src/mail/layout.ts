import type { Letter } from './mailer.js'

/** What a mail says; both its parts, plain text and HTML, are made from it. */
export interface Content {
  subject: string
  heading: string
  paragraphs: string[]
  rows?: { name: string; value: string; strong?: boolean }[]
  action?: { label: string; url: string }
  /** What stands below, small. */
  notes: string[]
}

/** One mail as plain text and as HTML. Mail programs know tables and inline styles, and not much else. */
export function letter(to: string, language: string, content: Content): Letter {
  return { to, subject: content.subject, text: plain(content), html: page(language, content) }
}

function plain({ heading, paragraphs, rows = [], action, notes }: Content): string {
  const width = Math.max(0, ...rows.map(({ name }) => name.length))
  return [
    heading,
    ...paragraphs,
    rows.map(({ name, value }) => `${name.padEnd(width)}  ${value}`).join('\n'),
    action ? `${action.label}:\n${action.url}` : '',
    `-- \n${notes.join('\n')}`,
  ]
    .filter(Boolean)
    .join('\n\n')
}

function page(language: string, { subject, heading, paragraphs, rows = [], action, notes }: Content): string {
  const cell = 'padding:10px 0;border-top:1px solid #e5dfd5'
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(subject)}</title></head>
<body style="margin:0;padding:24px 12px;background:#fbf9f5;color:#221d19;font:16px/1.55 -apple-system,'Segoe UI',Roboto,Arial,sans-serif">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:540px;margin:0 auto"><tr><td style="padding:28px;background:#ffffff;border:1px solid #e5dfd5;border-radius:14px">
<p style="margin:0 0 20px;font:600 22px/1 Georgia,serif;color:#1f5a43">Soko</p>
<h1 style="margin:0 0 12px;font:500 26px/1.2 Georgia,serif">${escape(heading)}</h1>
${paragraphs.map((text) => `<p style="margin:0 0 14px">${escape(text)}</p>`).join('\n')}
${rows.length ? `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:10px 0 18px;border-collapse:collapse">${rows.map(row).join('')}</table>` : ''}
${action ? `<p style="margin:22px 0"><a href="${escape(action.url)}" style="display:inline-block;padding:13px 26px;border-radius:99px;background:#1f5a43;color:#ffffff;font-weight:600;text-decoration:none">${escape(action.label)}</a></p>` : ''}
${notes.map((text) => `<p style="margin:14px 0 0;color:#6a615a;font-size:14px">${escape(text)}</p>`).join('\n')}
</td></tr></table>
</body>
</html>
`

  function row({ name, value, strong }: { name: string; value: string; strong?: boolean }): string {
    const weight = strong ? ';font-weight:600' : ''
    return `<tr><td style="${cell}${weight}">${escape(name)}</td><td align="right" style="${cell};white-space:nowrap${weight}">${escape(value)}</td></tr>`
  }
}

function escape(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}
