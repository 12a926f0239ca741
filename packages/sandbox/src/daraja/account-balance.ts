import type { Context } from './context.js'
import { timestamp } from './formats.js'
import { jobResults } from './job-results.js'
import type { JobKind, Performed } from './jobs.js'
import { accountBalance as balanceOf } from './parties.js'
import type { Job } from './state.js'

/** `POST /mpesa/accountbalance/v1/query`: what is in the accounts of a merchant. */
export const accountBalance: JobKind = {
  fields: [
    'Initiator',
    'SecurityCredential',
    'CommandID:AccountBalance',
    'PartyA:shortcode',
    'IdentifierType:2|4',
    'Remarks:comment',
    'QueueTimeOutURL',
    'ResultURL',
  ],
  perform: read,
}

function read({ clock, store }: Context, { fields: { PartyA = '' } }: Job): Performed {
  const account = (name: string, cents: number) => {
    const shillings = (cents / 100).toFixed(2)
    return `${name} Account|KES|${shillings}|${shillings}|0.00|0.00`
  }
  const accounts = [
    account('Working', balanceOf(store.state, PartyA, 'working')),
    account('Float', 0),
    account('Utility', balanceOf(store.state, PartyA, 'utility')),
    account('Charges Paid', balanceOf(store.state, PartyA, 'charges')),
    account('Organization Settlement', 0),
  ]
  return {
    ending: jobResults.done,
    parameters: [
      { Key: 'AccountBalance', Value: accounts.join('&') },
      { Key: 'BOCompletedTime', Value: timestamp(clock.now()) },
    ],
  }
}
