/** `node --import` this, and `express` is Express 4. */
import { register } from 'node:module'

const hooks = `export const resolve = (specifier, context, next) =>
  next(specifier === 'express' ? 'express4' : specifier, context)`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
