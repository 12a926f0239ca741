import { isDoc, type Doc, type Value } from '../bson/value.js'
import type { Deadline } from '../deadline.js'
import { CommandError } from '../errors.js'
import { GROUPING_STAGES } from './group.js'
import { LOOKUP_STAGES } from './lookup.js'
import { SELECTING_STAGES } from './selecting.js'
import { SHAPING_STAGES } from './shaping.js'
import type { Collection } from '../storage/collection.js'

/** What a stage can reach. */
export interface StageContext {
  deadline: Deadline
  collection(name: string): Collection | undefined
}

/** A compiled stage: documents in, documents out. */
export type Stage = (docs: Doc[]) => Doc[]

/** Compiles the argument of one stage. */
export type CompileStage = (argument: Value, context: StageContext, compile: typeof compilePipeline) => Stage

const STAGES: Record<string, CompileStage> = {
  ...SELECTING_STAGES,
  ...SHAPING_STAGES,
  ...GROUPING_STAGES,
  ...LOOKUP_STAGES,
}

/** Compiles a pipeline. Throws a `CommandError` (40324) for a stage that is unknown here. */
export function compilePipeline(pipeline: Value | undefined, context: StageContext): Stage {
  const stages = parsePipeline(pipeline).map(([name, argument]) => {
    if (name === '$changeStream') {
      throw new CommandError(40573, 'The $changeStream stage is only supported on replica sets')
    }
    const compile = STAGES[name]
    if (!compile) throw new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`)
    return compile(argument, context, compilePipeline)
  })
  return (docs) =>
    stages.reduce((input, stage) => {
      context.deadline.enforce()
      return stage(input)
    }, docs)
}

/** The stages of a pipeline as pairs of name and argument. */
export function parsePipeline(pipeline: Value | undefined): [name: string, argument: Value][] {
  if (!Array.isArray(pipeline)) {
    throw new CommandError('TypeMismatch', "'pipeline' option must be specified as an array")
  }
  return pipeline.map((stage) => {
    if (!isDoc(stage)) {
      throw new CommandError('TypeMismatch', "Each element of the 'pipeline' array must be an object")
    }
    if (stage.size !== 1) {
      throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.')
    }
    return [...stage][0]!
  })
}
