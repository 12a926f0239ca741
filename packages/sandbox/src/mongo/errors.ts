import { document, type Doc } from './bson/value.js'

/**
 * The error codes that this server answers with, as MongoDB numbers and names them.
 * https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
 */
export const CODES = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  IllegalOperation: 20,
  InvalidBSON: 22,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  NotSingleValueField: 54,
  EmptyFieldName: 56,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  CommandNotSupported: 115,
  NotAReplicaSet: 123,
  ConversionFailure: 241,
  InvalidPipelineOperator: 168,
  CannotIndexParallelArrays: 171,
  InvalidIndexSpecificationOption: 197,
  IllegalOpMsgFlag: 248,
  APIVersionError: 322,
  UnsupportedOpQueryCommand: 352,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  IDLUnknownField: 40415,
} as const

/** The name of a code that MongoDB has named. */
export type CodeName = keyof typeof CODES

/** The journal cannot be written: what is in memory is no longer what is on the disk, so the server has to end. */
export class FatalError extends Error {
  override readonly name = 'FatalError'
}

/**
 * A refusal in MongoDB's own words. Codes that MongoDB has not named are given as numbers and are called
 * "Location<number>" on the wire, as by the original.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: number
  readonly codeName: string
  /** Further fields of the answer, such as `keyPattern` and `keyValue` of a duplicate key. */
  readonly details: Doc

  constructor(code: CodeName | number, message: string, details: Doc = new Map()) {
    super(message)
    this.code = typeof code === 'number' ? code : CODES[code]
    this.codeName = typeof code === 'number' ? `Location${code}` : code
    this.details = details
  }

  /** The error as the body of a reply. */
  toReply(): Doc {
    const { code, codeName, message } = this
    return new Map([...document({ ok: 0, errmsg: message, code, codeName }), ...this.details])
  }
}
