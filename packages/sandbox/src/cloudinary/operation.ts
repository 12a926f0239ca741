import type { Request } from 'express'
import type { CloudinaryContext } from './context.js'
import type { Form } from './form.js'
import { invalid } from './refusal.js'
import type { ResourceType } from './state.js'

/** What is sent back, beside files. */
export interface Answer {
  status: number
  body: object
  headers?: Record<string, string>
  /** Bytes that nothing speaks of any more once the answer's changes are durable. */
  unused?: string[]
}

/** One thing that the API can be asked. */
export interface Operation {
  /** What faults and the request log call it. */
  name: string
  method: 'delete' | 'get' | 'post'
  /** Below `/v1_1/:cloud`. */
  path: string
  /** @throws Refusal */
  run: (context: CloudinaryContext, req: Request, form: Form) => Answer | Promise<Answer>
}

/** Creates an answer of success. */
export function ok(body: object, more: Pick<Answer, 'headers' | 'unused'> = {}): Answer {
  return { status: 200, body, ...more }
}

/** The kind of resource that the path names. @throws Refusal */
export function resourceTypeIn(req: Request): ResourceType {
  const { resourceType = 'image' } = req.params
  if (resourceType === 'image' || resourceType === 'video' || resourceType === 'raw') return resourceType
  throw invalid(`Invalid resource type ${String(resourceType)}`)
}
