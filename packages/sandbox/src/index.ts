export type { SandboxClock } from './clock.js'
export { startSandbox } from './sandbox.js'
export type { Sandbox, SandboxOptions } from './sandbox.js'
export type {
  CloudinaryVariable,
  MailVariable,
  MpesaVariable,
  SandboxEnvironment,
  StripeVariable,
} from './environment.js'
export type { CloudinaryAsset, CloudinarySandbox } from './cloudinary/cloudinary.js'
export type {
  CloudinaryFaultName,
  CloudinaryFaultOrder,
  CloudinaryFaults,
  StandingCloudinaryFault,
} from './cloudinary/faults.js'
export type { CloudinaryRequestRecord } from './cloudinary/request-log.js'
export type { Notification as CloudinaryNotification, NotificationAttempt } from './cloudinary/state.js'
export type { CloudinaryOptions, UploadPreset } from './cloudinary/settings.js'
export type { Daraja } from './daraja/daraja.js'
export type { FaultName, FaultOrder, Faults, StandingFault } from './daraja/faults.js'
export type { LedgerEntry, LedgerLine } from './daraja/ledger.js'
export type { Phone, PhoneView, Prompt } from './daraja/phone.js'
export type { RequestRecord } from './daraja/request-log.js'
export type { DarajaOptions } from './daraja/settings.js'
export type {
  C2bPayment,
  Callback,
  CallbackAttempt,
  Ending,
  Job,
  JobOperation,
  JobResult,
  Message,
  StkResult,
  StkTransaction,
} from './daraja/state.js'
export type { MailFilter, MailSandbox } from './mail/mail.js'
export type { MailMessage } from './mail/message.js'
export type { OperationName } from './daraja/operations.js'
export type { Checkout, CheckoutEntry, CheckoutOutcome } from './stripe/checkout.js'
export type { StandingStripeFault, StripeFaultName, StripeFaultOrder, StripeFaults } from './stripe/faults.js'
export type { StripeRequestRecord } from './stripe/request-log.js'
export type { StripeOptions } from './stripe/settings.js'
export type { Delivery, DeliveryAttempt } from './stripe/state.js'
export type { DisputeOptions, ListenOptions, StripeSandbox } from './stripe/stripe.js'
export { SandboxError } from './errors.js'
export type { SandboxErrorCode } from './errors.js'
export type { Logger } from './logger.js'
