import PostalMime, { type Address } from 'postal-mime'

/** How many mails are kept. */
export const keptMessages = 500

/** A mail that was sent to the sandbox. */
export interface MailMessage {
  /** Numbered from 1 in the order of their arrival. */
  id: number
  atMs: number
  /** The envelope's recipients: who really gets it, whatever the headers say. */
  recipients: string[]
  /** As the headers have it: `Soko <orders@soko.example>`. */
  from: string
  to: string[]
  subject: string
  /** The header `Message-ID`, without which a receiver cannot tell a repetition. */
  messageId: string | null
  /** The plain text part. */
  text: string | null
  /** The HTML part, as it was sent. */
  html: string | null
  attachments: { filename: string | null; mimeType: string; bytes: number }[]
}

/** Reads a mail from its bytes. Every text is a mail to the parser; rejects only when parts are nested beyond reason. */
export async function readMessage(
  raw: Buffer,
  { id, atMs, recipients }: Pick<MailMessage, 'id' | 'atMs' | 'recipients'>,
): Promise<MailMessage> {
  const { from, to = [], subject = '', messageId, text, html, attachments } = await PostalMime.parse(raw)
  return {
    id,
    atMs,
    recipients,
    from: from ? written(from) : '',
    to: to.map(written),
    subject,
    messageId: messageId ?? null,
    text: text ?? null,
    html: html ?? null,
    attachments: attachments.map(({ filename, mimeType, content }) => {
      const bytes = typeof content === 'string' ? content.length : content.byteLength
      return { filename: filename ?? null, mimeType, bytes }
    }),
  }
}

function written({ name, address, group }: Address): string {
  if (address === undefined) return `${name}: ${(group ?? []).map(written).join(', ')}`
  return name ? `${name} <${address}>` : address
}
