import { STATUS_CODES } from 'node:http'
import type { z } from 'zod'
import { bodyError } from './body.js'
import { ValidationError, type Violation } from './errors.js'
import { violationsOf } from './validate.js'

/** An error answer by RFC 9457, sent as `application/problem+json`. */
export interface Problem {
  type: 'about:blank'
  /** The name of the status. */
  title: string
  status: number
  /** What happened, and what to do. Absent from 5xx in production. */
  detail?: string
  /** What to branch on. */
  code?: string
  /** What is wrong with the request, when it is not valid. */
  errors?: readonly Violation[]
  requestId?: string
}

/** Turns whatever was thrown into an answer. */
export function problemOf(
  err: unknown,
  { production, requestId }: { production: boolean; requestId?: string | undefined },
): { problem: Problem; headers: [name: string, value: string][] } {
  const known = zodError(err) ?? bodyError(err) ?? err
  const {
    status: named,
    headers,
    code,
    message,
    expose,
    errors,
  } = Object(known) as Partial<Record<string, unknown>>
  const status = answerStatus(known, named)
  const deliberate = status === named
  const visible = status < 500 ? expose !== false : !production
  return {
    headers: deliberate ? textHeaders(headers) : [],
    problem: {
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      ...(visible && typeof message === 'string' && message !== '' && { detail: message }),
      ...(deliberate && typeof code === 'string' && { code }),
      ...(deliberate && status < 500 && isViolations(errors) && { errors }),
      ...(requestId !== undefined && { requestId }),
    },
  }
}

/**
 * `status` alone counts: SDKs put the answer of a third party into `statusCode`, and axios even into `status`.
 * That Stripe said 404 to us does not mean that we say 404 to our caller.
 */
function answerStatus(err: unknown, status: unknown): number {
  const isOurs = Number.isInteger(status) && (status as number) >= 400 && (status as number) <= 599
  const isAxios = (Object(err) as { isAxiosError?: unknown }).isAxiosError === true
  return isOurs && !isAxios ? (status as number) : 500
}

function zodError(err: unknown): ValidationError | undefined {
  const { name, issues } = Object(err) as { name?: unknown; issues?: unknown }
  if (name !== 'ZodError' || !Array.isArray(issues)) return undefined
  return new ValidationError(violationsOf(issues as z.core.$ZodIssue[]))
}

function textHeaders(headers: unknown): [string, string][] {
  const entries = Object.entries(Object(headers) as object)
  return entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
}

function isViolations(errors: unknown): errors is Violation[] {
  return (
    Array.isArray(errors) &&
    errors.every(
      (error: Partial<Violation> | null) =>
        typeof error?.path === 'string' && typeof error.message === 'string',
    )
  )
}
