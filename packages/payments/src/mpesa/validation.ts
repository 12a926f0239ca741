import { describeError, type Logger } from '../logger.js'

/** Whether a payment is taken; if not, the payer is told what `because` stands for. */
export type ValidationVerdict =
  | { accept: true; thirdPartyTransId?: string }
  | { accept: false; because: 'phone' | 'account' | 'amount' | 'kyc' | 'shortcode' | 'other' }

/** Daraja portal, "Customer To Business": result codes of a rejection. */
const REASONS = {
  phone: 'C2B00011',
  account: 'C2B00012',
  amount: 'C2B00013',
  kyc: 'C2B00014',
  shortcode: 'C2B00015',
  other: 'C2B00016',
}

/** Asks the handler, and answers in time whatever becomes of it. Throws a `TypeError` if nothing says how. */
export function createValidation<Asked>(options: {
  /** Whose options they are. */
  where: string
  handle: ((asked: Asked) => ValidationVerdict | Promise<ValidationVerdict>) | undefined
  whenUnvalidated: 'accept' | 'reject' | undefined
  validationTimeoutMs: number
}) {
  const { where, handle, whenUnvalidated, validationTimeoutMs } = options
  if (handle && whenUnvalidated !== 'accept' && whenUnvalidated !== 'reject') {
    throw new TypeError(
      `${where}: say with whenUnvalidated what a failing validation means: 'accept' or 'reject'`,
    )
  }
  const fallback: ValidationVerdict =
    whenUnvalidated === 'reject' ? { accept: false, because: 'other' } : { accept: true }

  return async function validate(asked: Asked, logger: Logger): Promise<object> {
    if (!handle) return wire({ accept: true })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const give = () => reject(new Error(`no verdict within ${validationTimeoutMs} ms`))
      timer = setTimeout(give, validationTimeoutMs)
    })
    try {
      return wire(await Promise.race([handle(asked), late]))
    } catch (error) {
      logger.error('M-Pesa validation failed', { verdict: whenUnvalidated, err: describeError(error) })
      return wire(fallback)
    } finally {
      clearTimeout(timer)
    }
  }
}

function wire(verdict: ValidationVerdict): object {
  if (!verdict.accept) return { ResultCode: REASONS[verdict.because], ResultDesc: 'Rejected' }
  const { thirdPartyTransId } = verdict
  return {
    ResultCode: '0',
    ResultDesc: 'Accepted',
    ...(thirdPartyTransId !== undefined && { ThirdPartyTransID: thirdPartyTransId }),
  }
}
