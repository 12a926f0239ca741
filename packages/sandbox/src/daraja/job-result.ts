import { datePseudoId } from './formats.js'
import type { Job, JobOperation, JobResult } from './state.js'

/** One `ResultParameter`; some have no value. */
export interface Parameter {
  Key: string
  Value?: string | number
}

/** The envelope in which the outcome goes to the ResultURL. A failure has no ResultParameters. */
export function resultBody(job: Job, result: JobResult, parameters: Parameter[]): object {
  const isText = textual.has(job.operation)
  return {
    Result: {
      ResultType: isText ? '0' : 0,
      ResultCode: isText ? String(result.code) : result.code,
      ResultDesc: result.description,
      OriginatorConversationID: job.originatorConversationId,
      ConversationID: job.conversationId,
      TransactionID: result.transactionId ?? datePseudoId(result.atMs),
      ...(parameters.length > 0 && {
        ResultParameters: { ResultParameter: parameters.length === 1 ? parameters[0] : parameters },
      }),
      ReferenceData: { ReferenceItem: reference(job) },
    },
  }
}

/** What goes to the QueueTimeOutURL. Its real body is documented nowhere; this has the ids and no outcome. */
export function timeoutBody({ originatorConversationId, conversationId }: Job): object {
  return {
    Result: {
      ResultType: 1,
      ResultCode: 1,
      ResultDesc: 'The request timed out in the queue.',
      OriginatorConversationID: originatorConversationId,
      ConversationID: conversationId,
    },
  }
}

/** Where the portal's samples have numbers as text. */
const textual: ReadonlySet<JobOperation> = new Set<JobOperation>(['accountBalance'])

/** The names in the addresses of Safaricom's own inside, which is what a result carries, not the caller's. */
const submitPaths: Partial<Record<JobOperation, string>> = {
  reversal: 'reversalresults',
  b2c: 'b2cresults',
  accountBalance: 'abresults',
}

function reference({ operation, fields }: Job): Parameter {
  const path = submitPaths[operation]
  if (path) {
    const Value = `https://internalsandbox.safaricom.co.ke/mpesa/${path}/v1/submit`
    return { Key: 'QueueTimeoutURL', Value }
  }
  return { Key: 'Occasion', ...(fields.Occasion && { Value: fields.Occasion }) }
}
