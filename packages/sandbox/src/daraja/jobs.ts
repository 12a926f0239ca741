import type { Answer } from './answers.js'
import { invalidField } from './answers.js'
import type { createCallbacks } from './callbacks.js'
import type { Context } from './context.js'
import { decryptCredential } from './credential.js'
import { firstInvalid, text, type FieldCheck, type Fields } from './fields.js'
import { conversationId, merchantRequestId } from './formats.js'
import { resultBody, timeoutBody, type Parameter } from './job-result.js'
import { endingOf, jobResults } from './job-results.js'
import { initiator, limits } from './settings.js'
import type { Change, Ending, Job, JobOperation } from './state.js'

/** What an operation does when its turn comes: a receipt, what it reports, and what it changes. */
export interface Performed {
  ending: Ending
  transactionId?: string
  parameters?: Parameter[]
  changes?: Change[]
}

/** An operation that is accepted at once and executed later. */
export interface JobKind {
  /** The fields, in the order in which they are checked. */
  fields: readonly FieldCheck[]
  /** The field that is missing in spite of that. */
  requires?: (fields: Record<string, string>) => string | undefined
  perform(context: Context, job: Job): Performed
}

/** The requests that are accepted now and answered at their ResultURL. */
export type Jobs = ReturnType<typeof createJobs>

/** Creates the queue of asynchronous requests. */
export function createJobs(
  context: Context,
  callbacks: ReturnType<typeof createCallbacks>,
  kinds: Record<JobOperation, JobKind>,
) {
  const { clock, random, store, faults } = context

  /** Takes a request, or refuses it. */
  function accept(operation: JobOperation, fields: Fields): Answer {
    const { fields: names, requires } = kinds[operation]
    const job = readJob(operation, fields)
    const invalid = firstInvalid(fields, names) ?? requires?.(job.fields)
    if (invalid) return invalidField(random, invalid)
    store.commit({ type: 'jobAccepted', job })
    awaitTurn(job)
    return {
      status: 200,
      body: {
        OriginatorConversationID: job.originatorConversationId,
        ConversationID: job.conversationId,
        ResponseCode: '0',
        ResponseDescription: 'Accept the service request successfully.',
      },
    }
  }

  function readJob(operation: JobOperation, fields: Fields): Job {
    const acceptedAtMs = clock.now()
    const names = Object.keys(fields).filter((name) => name !== 'SecurityCredential')
    return {
      operation,
      conversationId: conversationId(acceptedAtMs, random),
      originatorConversationId: text(fields, 'OriginatorConversationID') || merchantRequestId(random),
      fields: Object.fromEntries(names.map((name) => [name, text(fields, name)])),
      isAuthentic: isAuthentic(fields),
      acceptedAtMs,
      dueAtMs: acceptedAtMs + limits.executionMs,
    }
  }

  function awaitTurn({ conversationId, dueAtMs }: Job): void {
    clock.at(dueAtMs, () => {
      const job = store.state.jobs[conversationId]
      if (job && !job.result) execute(job)
    })
  }

  /** Result, money, SMS and callback in one commit: after a crash there are all of them, or none. */
  function execute(job: Job): void {
    const where = { on: job.operation }
    const atMs = clock.now()
    const isLost = faults.take('queueTimeout', where) !== undefined
    const { ending, transactionId, parameters, changes = [] } = isLost ? expired : judge(job)
    const result = { ...ending, atMs, ...(transactionId && { transactionId }) }
    const isTimeout = isLost || faults.take('falseTimeout', where) !== undefined
    const body = isTimeout ? timeoutBody(job) : resultBody(job, result, parameters ?? [])
    const url = job.fields[isTimeout ? 'QueueTimeOutURL' : 'ResultURL'] ?? ''
    const planned = callbacks.plan({
      ...{ operation: job.operation, conversationId: job.conversationId, id: job.conversationId },
      ...{ url, body, endedAtMs: atMs, lateAfterMs: atMs },
    })
    store.commit(
      { type: 'jobEnded', conversationId: job.conversationId, result },
      ...changes,
      ...planned.map((callback): Change => ({ type: 'callbackSet', callback })),
    )
    callbacks.schedule(planned.map(({ id }) => id))
  }

  function judge(job: Job): Performed {
    const { wrongCredentials } = store.state.initiator
    if (wrongCredentials >= limits.wrongCredentials) return { ending: jobResults.locked }
    if (!job.isAuthentic) {
      const change: Change = { type: 'initiatorChanged', wrongCredentials: wrongCredentials + 1 }
      return { ending: jobResults.wrongInitiator, changes: [change] }
    }
    const forced = faults.take('forceResult', { on: job.operation })?.resultCode
    const performed =
      forced === undefined || String(forced) === '0'
        ? kinds[job.operation].perform(context, job)
        : { ending: endingOf(forced) }
    const forgive: Change[] = wrongCredentials > 0 ? [{ type: 'initiatorChanged', wrongCredentials: 0 }] : []
    return { ...performed, changes: [...forgive, ...(performed.changes ?? [])] }
  }

  return {
    accept,
    /** Takes up the requests of a state that was read from the disk. */
    resume() {
      Object.values(store.state.jobs)
        .filter(({ result }) => !result)
        .forEach(awaitTurn)
    },
  }
}

/** Never executed: it has waited too long. */
const expired: Performed = { ending: { code: 'QUEUE_TIMEOUT', description: 'Timed out in the queue' } }

function isAuthentic(fields: Fields): boolean {
  const name = text(fields, 'Initiator') || text(fields, 'InitiatorName')
  return (
    name === initiator.name && decryptCredential(text(fields, 'SecurityCredential')) === initiator.password
  )
}
