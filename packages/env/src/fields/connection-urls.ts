import type * as z from 'zod'
import { isRelaxed, type Stage } from '../stage.js'
import { Fault, field } from './field.js'
import { entropyFault, placeholderFault } from './strength.js'

/** The parts of a MongoDB connection string. */
export interface MongoUrl {
  srv: boolean
  username: string | undefined
  password: string | undefined
  hosts: string[]
  database: string | undefined
  query: URLSearchParams
}

/** A `mongodb://` or `mongodb+srv://` connection string. A secret, because it holds a password. */
export function mongoUrl(): z.ZodType<string, string> {
  return field(
    (text) => {
      if (!/^mongodb(?:\+srv)?:\/\//.test(text))
        return new Fault('must start with mongodb:// or mongodb+srv://')
      const url = parseMongoUrl(text)
      if (!url) {
        return new Fault(
          'must be mongodb://user:password@host/database, with : / ? # [ ] @ % in user and password percent-encoded',
        )
      }
      if (url.srv && (url.hosts.length > 1 || url.hosts[0]!.includes(':'))) {
        return new Fault('must name one host without a port after mongodb+srv://')
      }
      return text
    },
    {
      secret: true,
      format: 'mongodb:// URL',
      inStage: (text, stage) => weakPassword(parseMongoUrl(text)?.password, stage),
    },
  )
}

/** A `redis://` or `rediss://` URL. A secret, because it may hold a password. */
export function redisUrl(): z.ZodType<string, string> {
  return field(
    (text) =>
      parseRedisUrl(text)
        ? text
        : new Fault('must be a URL such as redis://127.0.0.1:6379 or rediss://:password@host:6380'),
    {
      secret: true,
      format: 'redis:// or rediss:// URL',
      inStage: (text, stage) => weakPassword(parseRedisUrl(text)?.password, stage),
    },
  )
}

/** The parts of a MongoDB connection string; undefined if it is none. */
export function parseMongoUrl(text: string): MongoUrl | undefined {
  const match =
    /^mongodb(\+srv)?:\/\/(?:([^:@/?#[\]\s]*)(?::([^:@/?#[\]\s]*))?@)?([^@/?#\s]+)(?:\/([^?#\s]*))?(?:\?([^#\s]*))?$/.exec(
      text.trim(),
    )
  if (!match) return undefined
  const [, srv, username, password, hosts = '', database, query = ''] = match
  try {
    return {
      srv: srv !== undefined,
      username: username && decodeURIComponent(username),
      password: password && decodeURIComponent(password),
      hosts: hosts.split(','),
      database: database ? decodeURIComponent(database) : undefined,
      query: new URLSearchParams(query),
    }
  } catch {
    return undefined
  }
}

/** The URL in `text`, if it is one of Redis; its password is decoded. */
export function parseRedisUrl(text: string): { url: URL; password: string } | undefined {
  if (!/^rediss?:\/\/[^\s\\]+$/.test(text.trim())) return undefined
  try {
    const url = new URL(text.trim())
    if (!url.hostname || !/^(?:\/\d*)?$/.test(url.pathname)) return undefined
    return { url, password: decodeURIComponent(url.password) }
  } catch {
    return undefined
  }
}

function weakPassword(password: string | undefined, stage: Stage): Fault | undefined {
  if (!password || isRelaxed(stage)) return undefined
  const remedy = 'give the user of the database a random password'
  return placeholderFault(password, remedy) ?? entropyFault(password, remedy)
}
