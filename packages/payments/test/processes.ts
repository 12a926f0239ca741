import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startSandbox, type Sandbox } from '@ementech/sandbox'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import { MongoClient, type Db } from 'mongodb'
import Stripe from 'stripe'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import { createPayments, type Payments } from '../src/index.js'
import { mongoInbox, mongoPaymentStore } from '../src/mongo.js'
import { createMpesa } from '../src/mpesa.js'
import { createStripe } from '../src/stripe.js'
import { QUICK, SECRET } from './shop.js'

/** What a process says to its parent. */
export interface Message {
  url?: string
  told?: string
  dead?: string
  kind?: string
  refused?: string
  code?: string
  closed?: boolean
}

/** Real processes, real SIGKILL, a real socket to the database, the sandbox's Daraja and Stripe. */
export interface Processes {
  sandbox: Sandbox
  db: Db
  /** In this process; it receives nothing. */
  payments: Payments
  /** The real SDK, as the payer's browser would use it. */
  sdk: Stripe
  spawn(options?: SpawnOptions): Spawned
  /** Kills all that still run. */
  killAll(): Promise<void>
}

/** How a process is to be. */
export interface SpawnOptions {
  worker?: boolean
  /** Where it dies; see `fixtures/process.mjs`. */
  fault?: string
  /** A payment to start. */
  start?: string
  port?: number
  /** By how much its clock is wrong. */
  shiftMs?: number
  /** Default 1 500. Longer where nobody may take over from a process that a busy machine keeps waiting. */
  leaseMs?: number
}

/** A process, and what it has said. */
export interface Spawned {
  child: ChildProcess
  said: Message[]
  /** The first message with this field; rejects if the process ends without it. */
  says(field: keyof Message): Promise<Message>
}

/** Registers the hooks that start and stop all of it; what it returns is filled in before each test. */
export function useProcesses(): Processes {
  let mongo: RunningMongo
  let client: MongoClient
  let env: Record<string, string>
  const children = new Set<ChildProcess>()
  const context = { spawn, killAll } as Processes
  // Each test starts several processes, on a machine that may be busy.
  vi.setConfig({ testTimeout: 180_000 })

  beforeAll(async () => {
    mongo = await startMongo({ uri: process.env['MONGODB_URI'] })
    client = await new MongoClient(mongo.uri).connect()
    context.db = client.db()
  })
  afterAll(async () => {
    await client.close()
    await mongo.close()
  })

  beforeEach(async () => {
    // The clock stands still: what Daraja and Stripe deliver, they deliver when a test moves it.
    const sandbox = await startSandbox({
      timeScale: 0,
      daraja: { spikeArrest: {}, newTokenRevokesOld: false },
    })
    const mpesa = {
      environment: 'sandbox' as const,
      baseUrl: sandbox.env.MPESA_BASE_URL,
      consumerKey: sandbox.env.MPESA_CONSUMER_KEY,
      consumerSecret: sandbox.env.MPESA_CONSUMER_SECRET,
      shortcode: sandbox.env.MPESA_SHORTCODE,
      passkey: sandbox.env.MPESA_PASSKEY,
      callbackUrl: 'http://127.0.0.1:9/callbacks',
      callbackSecret: SECRET,
      timing: { ...QUICK, checkDelaysMs: [60_000], expireAfterMs: 60_000 },
    }
    const { hostname: host, port } = new URL(sandbox.env.STRIPE_API_BASE)
    const key = sandbox.env.STRIPE_SECRET_KEY
    const config = { host, port, protocol: 'http' as const, maxNetworkRetries: 0, telemetry: false }
    const stripe = { webhookSecrets: sandbox.env.STRIPE_WEBHOOK_SECRET, timing: mpesa.timing }
    env = { MPESA: JSON.stringify(mpesa), STRIPE: JSON.stringify({ key, sdk: config, ...stripe }) }
    context.sandbox = sandbox
    context.sdk = new Stripe(key, config)
    context.payments = createPayments({
      store: mongoPaymentStore(context.db.collection('payments')),
      inbox: mongoInbox(context.db.collection('inbox')),
      providers: { mpesa: createMpesa(mpesa), stripe: createStripe({ client: context.sdk, ...stripe }) },
      on: { paid() {} },
    })
  })
  afterEach(async () => {
    await killAll()
    await context.sandbox.close()
    for (const name of ['payments', 'inbox', 'fulfilled']) await context.db.collection(name).deleteMany({})
  })

  function spawn({
    worker = false,
    fault = '',
    start = '',
    port = 0,
    shiftMs,
    leaseMs = 1_500,
  }: SpawnOptions = {}): Spawned {
    const fixture = (name: string) => new URL(`./fixtures/${name}.mjs`, import.meta.url)
    const child = fork(fileURLToPath(fixture('process')), {
      execArgv: shiftMs === undefined ? [] : ['--import', fixture('shifted-clock').href],
      env: {
        ...process.env,
        ...env,
        MONGODB_URI: mongo.uri,
        FAULT: fault,
        START: start,
        WORKER: worker ? '1' : '',
        PORT: String(port),
        SHIFT_MS: String(shiftMs),
        LEASE_MS: String(leaseMs),
      },
    })
    children.add(child)
    const said: Message[] = []
    child.on('message', (message) => said.push(message as Message))
    return {
      child,
      said,
      says(field) {
        return new Promise((resolve, reject) => {
          const look = () => {
            const found = said.find((message) => field in message)
            if (found) resolve(found)
          }
          child.on('message', look)
          child.on('exit', (code, signal) => reject(new Error(`ended (${code}, ${signal}) without ${field}`)))
          look()
        })
      },
    }
  }

  async function killAll(): Promise<void> {
    for (const child of children) child.kill('SIGKILL')
    await Promise.all([...children].map(ended))
    children.clear()
  }

  return context
}

/** How a process ended, once it has. */
export function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  const { exitCode: code, signalCode: signal } = child
  if (code !== null || signal !== null) return Promise.resolve({ code, signal })
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
}

/** Resolves once the payment's callbacks are done and its application was told. */
export async function untilDone({ db }: Processes, id: string): Promise<void> {
  for (;;) {
    const [open, record] = await Promise.all([
      db.collection('inbox').countDocuments({ paymentId: id, state: { $ne: 'done' } }),
      db.collection('payments').findOne({ _id: id as never }),
    ])
    if (open === 0 && record?.['outbox'][0]?.state === 'done') return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** One transition, one effect, one fulfilment, and all of the money. */
export async function expectPaidOnce({ db }: Processes, id: string, captured: number): Promise<void> {
  const record = await db.collection('payments').findOne({ _id: id as never })
  expect(record).toMatchObject({ status: 'succeeded', captured, outbox: [{ key: `${id}:paid` }] })
  const moves = record!['history'] as { from: string; to: string }[]
  expect(moves.filter(({ from, to }) => from !== to && to === 'succeeded')).toHaveLength(1)
  expect(await db.collection('fulfilled').countDocuments({ _id: { $regex: `^${id}:` } as never })).toBe(1)
}
