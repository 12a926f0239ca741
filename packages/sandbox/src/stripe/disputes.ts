import { evidenceFields } from './dispute-objects.js'
import { checkUndecided, closeDispute } from './disputing.js'
import { isWithin, page, pageShape, range } from './lists.js'
import type { Dispute } from './objects.js'
import { ok, operation } from './operation.js'
import { boolean, clearable, hash, mergeMetadata, metadata, text } from './params.js'
import { missing } from './refusal.js'
import type { Work } from './work.js'

const evidence = hash({}, Object.fromEntries(evidenceFields.map((name) => [name, clearable])))

/** /v1/disputes. */
export const disputeOperations = [
  operation('GET', '/v1/disputes/:id', {}, (work, _params, id) => ok(disputeOf(work, id))),
  operation(
    'POST',
    '/v1/disputes/:id',
    { optional: { evidence, metadata, submit: boolean } },
    (work, params, id) => {
      const dispute = disputeOf(work, id)
      if (params.evidence) checkUndecided(dispute)
      const said = { ...dispute.evidence, ...params.evidence } as Dispute['evidence']
      const isSubmitted = params.evidence !== undefined && params.submit !== false
      const { submission_count: count } = dispute.evidence_details
      const updated: Dispute = {
        ...dispute,
        evidence: said,
        evidence_details: {
          ...dispute.evidence_details,
          has_evidence: evidenceFields.some((name) => said[name] !== null),
          ...(isSubmitted && { submission_count: count + 1, submission_method: 'manual' }),
        },
        metadata: mergeMetadata(dispute.metadata, params.metadata),
        ...(isSubmitted && { status: 'under_review' }),
      }
      work.set('disputes', id, updated)
      work.emit('charge.dispute.updated', updated)
      return ok(updated)
    },
  ),
  operation('POST', '/v1/disputes/:id/close', {}, (work, _params, id) =>
    ok(closeDispute(work, disputeOf(work, id), 'lost')),
  ),
  operation(
    'GET',
    '/v1/disputes',
    { optional: { ...pageShape, charge: text, payment_intent: text, created: range } },
    (work, params) => {
      const found = work
        .all('disputes')
        .filter(
          (dispute) =>
            (params.charge ?? dispute.charge) === dispute.charge &&
            (params.payment_intent ?? dispute.payment_intent) === dispute.payment_intent &&
            isWithin(dispute.created, params.created),
        )
      return page(found, params, '/v1/disputes')
    },
  ),
]

/** The dispute with this id. @throws Refusal */
export function disputeOf(work: Work, id: string): Dispute {
  const dispute = work.get('disputes', id)
  if (!dispute) throw missing('dispute', id, 'dispute')
  return dispute
}
