import express, { type Request, type Router } from 'express'
import { SandboxError } from '../errors.js'
import type { MailFilter, MailSandbox } from './mail.js'
import type { MailMessage } from './message.js'

/**
 * A mail's HTML runs nothing, loads nothing and knows nothing of the page around it, however it is opened; its links
 * open in a window of their own. The policy holds where the frame's own attribute is forgotten.
 */
const policy = [
  'sandbox allow-popups allow-popups-to-escape-sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

/** Creates the mailbox's part of the control API: list, one, its HTML, clear. */
export function createMailControl(mail: MailSandbox): Router {
  const router = express.Router()
  router.get('/', (req, res) => void res.json(mail.messages(filterOf(req))))
  router.delete('/', async (_req, res) => {
    await mail.clear()
    res.status(204).end()
  })
  router.get('/:id', (req, res) => void res.json(find(mail, req)))
  router.get('/:id/html', (req, res) => {
    const { html } = find(mail, req)
    if (html === null) throw notFound('This mail has no HTML part.')
    res.set({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    res.type('html').send(withBase(html))
  })
  return router
}

/** A link opens in a window of its own. Of several <base> the first counts. */
function withBase(html: string): string {
  const base = '<base target="_blank">'
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => head + base) : base + html
}

function filterOf(req: Request): MailFilter {
  const { to, subject } = req.query
  return { ...(typeof to === 'string' && { to }), ...(typeof subject === 'string' && { subject }) }
}

function find(mail: MailSandbox, req: Request): MailMessage {
  const found = mail.messages().find(({ id }) => id === Number(req.params.id))
  if (found) return found
  throw notFound(`There is no mail ${String(req.params.id)}.`)
}

function notFound(message: string): SandboxError {
  return new SandboxError('SANDBOX_NOT_FOUND', message, { status: 404 })
}
