import type * as z from 'zod'
import { assertKnownKeys } from '../options.js'
import type { Stage } from '../stage.js'
import { Fault, field } from './field.js'
import { isLoopback } from './hosts.js'

/** Options of {@link httpUrl}. */
export interface HttpUrlOptions {
  /** A service inside your own network: http and localhost stay allowed in production. @default false */
  internal?: boolean | undefined
  /** Lets `https://key@host` through, as a Sentry DSN is written. @default false */
  credentials?: boolean | undefined
}

/** An http or https URL, as written. In production it must be https, and not localhost, unless it is `internal`. */
export function httpUrl(options: HttpUrlOptions = {}): z.ZodType<string, string> {
  assertKnownKeys('httpUrl()', options, ['internal', 'credentials'])
  return field(
    (text) => {
      const url = parseHttpUrl(text)
      if (!url) return new Fault('must be an http or https URL, such as https://shop.example')
      if (!options.credentials && (url.username || url.password))
        return new Fault('must not hold a user name or password')
      return text
    },
    {
      format: 'http or https URL',
      inStage: (text, stage) => (options.internal ? undefined : publicFault(text, stage)),
    },
  )
}

/** A bare origin, as browsers send it: scheme, host and port, no path and no slash at the end. */
export function origin(): z.ZodType<string, string> {
  return field(
    (text) =>
      parseHttpUrl(text)?.origin === text
        ? text
        : new Fault(
            'must be an origin in lower case without path or final slash, such as https://shop.example',
          ),
    { format: 'origin', inStage: publicFault },
  )
}

/** The URL in `text`, if it is http or https and holds no white space (which `URL` would silently drop). */
export function parseHttpUrl(text: string): URL | undefined {
  if (!/^https?:\/\/[^\s\\]+$/i.test(text)) return undefined
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

function publicFault(text: string, stage: Stage): Fault | undefined {
  const url = stage === 'production' ? parseHttpUrl(text.trim()) : undefined
  if (!url) return undefined
  if (isLoopback(url.hostname)) return new Fault('must not be localhost in production', 'unsafe')
  return url.protocol === 'https:' ? undefined : new Fault('must be https in production', 'unsafe')
}
