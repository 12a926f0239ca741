import express, { type Router } from 'express'
import { bill } from './page/bill.js'
import { desk } from './page/desk.js'
import { deskStyle } from './page/desk-style.js'
import { dom } from './page/dom.js'
import { html } from './page/html.js'
import { mailHtml } from './page/mail-html.js'
import { mailScript } from './page/mail-script.js'
import { mailStyle } from './page/mail-style.js'
import { main } from './page/main.js'
import { phone } from './page/phone.js'
import { style } from './page/style.js'
import { uploadsHtml } from './page/uploads-html.js'
import { uploadsScript } from './page/uploads-script.js'
import { uploadsStyle } from './page/uploads-style.js'

const files = {
  '/': ['html', html],
  '/mail': ['html', mailHtml],
  '/uploads': ['html', uploadsHtml],
  '/_page/mail.css': ['css', mailStyle],
  '/_page/mail.js': ['js', mailScript],
  '/_page/uploads.css': ['css', uploadsStyle],
  '/_page/uploads.js': ['js', uploadsScript],
  '/_page/style.css': ['css', style + deskStyle],
  '/_page/main.js': ['js', main],
  '/_page/phone.js': ['js', phone],
  '/_page/bill.js': ['js', bill],
  '/_page/desk.js': ['js', desk],
  '/_page/dom.js': ['js', dom],
} as const

/** Nothing from elsewhere, nothing inline. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

/** Creates the routes of the page with the phone, of the mailbox and of what was uploaded. */
export function page(): Router {
  const router = express.Router()
  for (const [path, [type, text]] of Object.entries(files)) {
    router.get(path, (_req, res) => {
      res.set({
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-cache',
      })
      res.type(type).send(text)
    })
  }
  return router
}
