import type { Random } from '../random.js'
import { merchantRequestId } from './formats.js'

/** What the gateway answers. A body that is text is sent as HTML; none is an empty answer. */
export interface Answer {
  status: number
  body?: object | string
}

/** A refusal in Daraja's envelope. */
export function refusal(random: Random, status: number, errorCode: string, errorMessage: string): Answer {
  return { status, body: { requestId: merchantRequestId(random), errorCode, errorMessage } }
}

/** Refuses one field, by the name it has on the wire. */
export function invalidField(random: Random, field: string): Answer {
  return refusal(random, 400, '400.002.02', `Bad Request - Invalid ${field}`)
}

/** Apigee's own fault, which has another shape than Daraja's envelope. */
export function spikeArrest({ requests, perMs }: { requests: number; perMs: number }): Answer {
  const rate = `MessageRate{messagesPerPeriod=${requests}, periodInMicroseconds=${perMs * 1000}, maxBurstMessageCount=1.0}`
  return {
    status: 429,
    body: {
      fault: {
        faultstring: `Spike arrest violation. Allowed rate : ${rate}`,
        detail: { errorcode: 'policies.ratelimit.SpikeArrestViolation' },
      },
    },
  }
}

/** The page of the firewall in front of Daraja (Imperva), sent as HTML with status 403. */
export function firewallPage(random: Random): Answer {
  const id = `${random.text(3, '123456789')}000${random.text(12, '0123456789')}-${random.text(18, '0123456789')}`
  return {
    status: 403,
    body: `<html>\r\n<head>\r\n<META NAME="robots" CONTENT="noindex,nofollow">\r\n</head>\r\n<body>\r\nRequest unsuccessful. Incapsula incident ID: ${id}\r\n</body>\r\n</html>\r\n`,
  }
}
