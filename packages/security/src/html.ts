import sanitize from 'sanitize-html'
import { assertKnownKeys } from './options.js'

/** Options of `sanitizeHtml()`. */
export interface SanitizeHtmlOptions {
  /** The elements that stay; of others, their text does. @default text, lists, quotations, code and links */
  tags?: readonly string[]
}

const textTags = [
  ...['p', 'br', 'strong', 'em', 'b', 'i', 'u', 's', 'sub', 'sup', 'a'],
  ...['ul', 'ol', 'li', 'blockquote', 'code', 'pre', 'h2', 'h3', 'h4'],
]

/** Elements that run something, load something, or change how a page is read. No list of tags brings them back. */
const neverTags = new Set([
  ...['script', 'style', 'iframe', 'object', 'embed', 'base', 'link', 'meta', 'form', 'input', 'button'],
  ...['svg', 'math', 'template', 'noscript', 'textarea', 'title', 'xmp', 'frame', 'frameset', 'applet'],
])

/**
 * Makes HTML of users safe to show: of attributes only the `href` of links stays, to https, http and mailto alone. Call
 * it when the text is shown, or when it is stored, but not on bodies in general: to text that is shown as text (as React
 * and templates do by themselves) it does harm and no good.
 */
export function sanitizeHtml(html: string, options: SanitizeHtmlOptions = {}): string {
  if (typeof html !== 'string') throw new TypeError('sanitizeHtml: what is to be sanitized is no text.')
  assertKnownKeys('sanitizeHtml', options, ['tags'])
  const { tags = textTags } = options
  const unsafe = tags.find((tag) => !/^[a-z][a-z0-9]*$/.test(tag) || neverTags.has(tag))
  if (unsafe !== undefined) throw new TypeError(`sanitizeHtml: "${unsafe}" in tags can never be safe.`)
  return sanitize(html, {
    allowedTags: [...tags],
    allowedAttributes: { a: ['href', 'rel'] },
    allowedSchemes: ['https', 'http', 'mailto'],
    allowProtocolRelative: false,
    disallowedTagsMode: 'discard',
    nestingLimit: 50,
    // The site neither vouches for the target nor hands it the window.
    transformTags: { a: sanitize.simpleTransform('a', { rel: 'nofollow noopener noreferrer' }) },
  })
}
