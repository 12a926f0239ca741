import type { Collection as DriverCollection } from 'mongodb'
import type { Connection } from 'mongoose'
import { describe, expectTypeOf, it } from 'vitest'
import type { Logger as DbLogger, connectMongo } from '@ementech/db'
import type { Logger as PaymentsLogger } from '@ementech/payments'
import type { mongoInbox, mongoPaymentStore } from '@ementech/payments/mongo'
import type { createRealtime, Logger as RealtimeLogger } from '@ementech/realtime'
import type { Logger as SandboxLogger } from '@ementech/sandbox'
import type { Logger as SecurityLogger, Sessions, Tokens } from '@ementech/security'
import type { mongoSessionStore } from '@ementech/security/mongo'
import type { Logger as UploadsLogger } from '@ementech/uploads'

type MongooseCollection = ReturnType<Connection['collection']>

// The packages do not know each other; these lines are what makes one fit into the next. The compiler is the test.
describe('the seams between the packages', () => {
  it('tokens.verify and sessions.verify of security are the authenticate of realtime', () => {
    expectTypeOf<Tokens['verify']>().toExtend<Parameters<typeof createRealtime>[1]['authenticate']>()
    expectTypeOf<Sessions['verify']>().toExtend<Parameters<typeof createRealtime>[1]['authenticate']>()
    expectTypeOf<Awaited<ReturnType<Tokens['verify']>>>().toExtend<{
      sub: string
      exp: number
      roles?: string[]
    }>()
  })

  it('check of db is a check of a health route', () => {
    expectTypeOf<Awaited<ReturnType<typeof connectMongo>>['check']>().toEqualTypeOf<() => Promise<void>>()
  })

  it('the loggers of all packages are one', () => {
    expectTypeOf<DbLogger>().toEqualTypeOf<SecurityLogger>()
    expectTypeOf<PaymentsLogger>().toEqualTypeOf<SecurityLogger>()
    expectTypeOf<UploadsLogger>().toEqualTypeOf<SecurityLogger>()
    expectTypeOf<RealtimeLogger>().toEqualTypeOf<SecurityLogger>()
    expectTypeOf<SandboxLogger>().toEqualTypeOf<SecurityLogger>()
    expectTypeOf<Console>().toExtend<SecurityLogger>()
  })

  it("the stores take the driver's collection and mongoose's", () => {
    expectTypeOf<DriverCollection>().toExtend<Parameters<typeof mongoPaymentStore>[0]>()
    expectTypeOf<MongooseCollection>().toExtend<Parameters<typeof mongoPaymentStore>[0]>()
    expectTypeOf<DriverCollection>().toExtend<Parameters<typeof mongoInbox>[0]>()
    expectTypeOf<MongooseCollection>().toExtend<Parameters<typeof mongoInbox>[0]>()
    expectTypeOf<DriverCollection>().toExtend<Parameters<typeof mongoSessionStore>[0]>()
    expectTypeOf<MongooseCollection>().toExtend<Parameters<typeof mongoSessionStore>[0]>()
  })
})
