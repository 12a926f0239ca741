import type { RequestHandler } from 'express'
import { SecurityError } from './errors.js'
import { createInputCheck, type AllowedInput, type InputFault } from './input-check.js'
import { silentLogger, type Logger } from './logger.js'
import { assertKnownKeys, assertWhole } from './options.js'
import { pathMatcher, pathOf } from './paths.js'
import { readCookies, readForm, readQuery } from './request-input.js'

/** Options of `injectionGuard()`. */
export interface InjectionGuardOptions {
  /**
   * What single routes take besides: `{ '/api/products': { repeated: ['tag'] } }`, for that path and all below it.
   * Of several that fit a request, the first counts.
   */
  allow?: Readonly<Record<string, AllowedInput>>
  /** How deep objects and arrays may be nested. @default 20 */
  maxDepth?: number
  /** How many values a body may hold. @default 10000 */
  maxValues?: number
  /** Hears of every refusal, without values. @default silent */
  logger?: Logger
}

const optionKeys = [
  'allow',
  'maxDepth',
  'maxValues',
  'logger',
] as const satisfies readonly (keyof InjectionGuardOptions)[]

/**
 * Refuses with 400 what a database or a merge could take for an instruction: keys that begin with `$`, keys through which
 * prototypes are reached, and parameters that come twice, where a handler expects one text. It looks at body, query, cookies
 * and, on a route, at its parameters, and changes none of them. Mount it behind the body parsers. It is a second lock:
 * the first is `validate()`, which says what may come in.
 */
export function injectionGuard(options: InjectionGuardOptions = {}): RequestHandler {
  assertKnownKeys('injectionGuard', options, optionKeys)
  const { allow = {}, maxDepth = 20, maxValues = 10_000, logger = silentLogger } = options
  assertWhole('injectionGuard: maxDepth', maxDepth, 1, 1000)
  assertWhole('injectionGuard: maxValues', maxValues, 1, 10_000_000)
  const caps = { maxDepth, maxValues }
  const strict = createInputCheck({}, caps)
  const routes = Object.entries(allow).map(([path, allowed]) => ({
    fits: pathMatcher('injectionGuard: allow', [path]),
    check: createInputCheck(allowed, caps),
  }))

  return function injectionGuardMiddleware(req, _res, next) {
    const check = routes.find(({ fits }) => fits(req))?.check ?? strict
    const fault =
      check.text('address', req.url) ??
      check.flat('query', readQuery(req)) ??
      check.keys('params', req.params) ??
      check.keys('cookie', readCookies(req)) ??
      check.flat('form', readForm(req)) ??
      check.keys('body', req.body)
    if (fault === undefined) return next()
    logger.warn('input refused', { ...fault, method: req.method, path: pathOf(req) })
    next(inputRefused(fault))
  }
}

function inputRefused({ part, rule }: InputFault): SecurityError {
  return new SecurityError('SECURITY_INPUT_REFUSED', `The ${part} holds ${descriptions[rule]}`, {
    status: 400,
  })
}

const descriptions: Record<InputFault['rule'], string> = {
  operator: 'a key that begins with "$". Rename it.',
  prototype: 'a key that names a prototype. Rename it.',
  nul: 'a NUL character. Leave it out.',
  repeated: 'a parameter more than once, or one with parts. Send each once, as a text.',
  depth: 'values that are nested too deep. Send a flatter structure.',
  size: 'too many values. Send fewer.',
}
