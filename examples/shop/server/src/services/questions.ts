import { createHash } from 'node:crypto'
import type { HydratedDocument, Model } from 'mongoose'
import {
  PaymentsError,
  type MpesaCallback,
  type MpesaCallbackUrls,
  type MpesaClient,
  type MpesaResult,
} from '@ementech/payments/mpesa'
import type { Question } from '../models/question.js'
import { ShopError } from '../problem.js'
import { readAnswer, type Answer } from './answers.js'

interface QuestionsOptions {
  Question: Model<Question>
  mpesa: Pick<MpesaClient, 'accountBalance' | 'transactionStatus'>
  urls: MpesaCallbackUrls
  /** With the credentials of an initiator. */
  canAsk: boolean
  logger: Pick<Console, 'warn'>
}

interface Asking {
  actor: string
  idempotencyKey: string
}

/** Of an answer that has not come after this long nothing is to be expected. */
const LATE_MS = 2 * 60 * 1000

/** What people in the office ask M-Pesa. It accepts a question at once, and its answer comes as a callback. */
export function createQuestions({ Question, mpesa, urls, canAsk, logger }: QuestionsOptions) {
  return {
    canAsk,

    askBalance(asking: Asking) {
      return ask({ about: 'balance' }, asking, (to) => mpesa.accountBalance(to))
    },

    askTransaction(receipt: string, asking: Asking) {
      return ask({ about: 'transaction', receipt }, asking, (to) =>
        mpesa.transactionStatus({ transactionId: receipt, ...to }),
      )
    },

    /** Those asked last. */
    async list(limit = 20) {
      const found = await Question.find().sort({ askedAt: -1 }).limit(limit)
      return found.map(viewQuestion)
    },

    /** Handles a result. What is not the answer to a question that waits changes nothing. */
    async answer({ reference, body, raw }: MpesaCallback<MpesaResult>) {
      const question = await Question.findById(reference)
      if (question?.state !== 'waiting' || body.isInterim) return
      const read = isAnother(question, body) ? null : readAnswer(question, raw)
      if (read) return settle(reference, read)
      logger.warn('an answer of M-Pesa is not to the question that it came for', { question: reference })
    },

    async timedOut({ reference }: { reference: string }) {
      await settle(reference, { problem: 'M-Pesa was too busy to answer. Ask again.' })
    },
  }

  /** Stored, so that its answer finds it → asked. A question whose outcome is unknown waits: it may have arrived. */
  async function ask(
    wanted: Pick<Question, 'about'> & { receipt?: string },
    { actor, idempotencyKey }: Asking,
    send: (to: { resultUrl: string; timeoutUrl: string }) => Promise<{ conversationId: string }>,
  ) {
    if (!canAsk) {
      throw new ShopError(
        409,
        'MPESA_NOT_ASKABLE',
        'M-Pesa answers nobody without an initiator: set MPESA_INITIATOR_NAME.',
      )
    }
    const _id = createHash('sha256').update(`${actor}:${idempotencyKey}`).digest('hex').slice(0, 32)
    const { upsertedCount } = await Question.updateOne(
      { _id },
      { $setOnInsert: { ...wanted, askedBy: actor, askedAt: new Date(), state: 'waiting' } },
      { upsert: true },
    )
    if (upsertedCount > 0) {
      try {
        const { conversationId } = await send({
          resultUrl: urls.for('result', _id),
          timeoutUrl: urls.for('timeout', _id),
        })
        await Question.updateOne({ _id }, { $set: { conversationId } })
      } catch (error) {
        if (!(error instanceof PaymentsError)) throw error
        if (error.outcome === 'not_executed')
          await settle(_id, { problem: `It could not be asked: ${error.message}.` })
      }
    }
    return viewQuestion((await Question.findById(_id))!)
  }

  async function settle(_id: string, end: Answer): Promise<void> {
    const state = 'problem' in end ? 'failed' : 'answered'
    await Question.updateOne({ _id, state: 'waiting' }, { $set: { ...end, state } })
  }
}

export type Questions = ReturnType<typeof createQuestions>

/** What people in the office see of a question. */
function viewQuestion(question: HydratedDocument<Question>) {
  const { _id: id, about, receipt, askedAt, state, problem, answer } = question
  const isLate = state === 'waiting' && Date.now() - askedAt.getTime() > LATE_MS
  return {
    id,
    about,
    receipt,
    askedAt,
    state: isLate ? ('late' as const) : state,
    problem,
    answer: answer as unknown,
  }
}

function isAnother({ conversationId }: Question, body: MpesaResult): boolean {
  return conversationId != null && body.conversationId !== conversationId
}
