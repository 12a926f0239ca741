export { inboxContract } from './testing/inbox-contract.js'
export { paymentStoreContract } from './testing/payment-store-contract.js'
export type { ContractCase } from './testing/contract-case.js'
