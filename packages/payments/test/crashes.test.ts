import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startSandbox, type Sandbox } from '@ementech/sandbox'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import { MongoClient, type Db } from 'mongodb'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPayments, type Payments } from '../src/index.js'
import { mongoInbox, mongoPaymentStore } from '../src/mongo.js'
import { createMpesa } from '../src/mpesa.js'
import { order, PHONE, QUICK, SECRET } from './shop.js'

/** Real processes, real SIGKILL, on a real socket to the database. */
let sandbox: Sandbox
let mongo: RunningMongo
let client: MongoClient
let db: Db
let payments: Payments
let options: object
const children = new Set<ChildProcess>()

beforeAll(async () => {
  mongo = await startMongo({ uri: process.env['MONGODB_URI'] })
  client = await new MongoClient(mongo.uri).connect()
  db = client.db()
})
afterAll(async () => {
  await client.close()
  await mongo.close()
})

beforeEach(async () => {
  sandbox = await startSandbox({ timeScale: 0, daraja: { spikeArrest: {}, newTokenRevokesOld: false } })
  const { env } = sandbox
  const mpesaOptions = {
    environment: 'sandbox' as const,
    baseUrl: env.MPESA_BASE_URL,
    consumerKey: env.MPESA_CONSUMER_KEY,
    consumerSecret: env.MPESA_CONSUMER_SECRET,
    shortcode: env.MPESA_SHORTCODE,
    passkey: env.MPESA_PASSKEY,
    callbackUrl: 'http://127.0.0.1:9/callbacks',
    callbackSecret: SECRET,
    timing: { ...QUICK, checkDelaysMs: [60_000], expireAfterMs: 60_000 },
  }
  options = mpesaOptions
  payments = createPayments({
    store: mongoPaymentStore(db.collection('payments')),
    inbox: mongoInbox(db.collection('inbox')),
    providers: { mpesa: createMpesa(mpesaOptions) },
    on: { paid() {} },
  })
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all([...children].map(ended))
  children.clear()
  await sandbox.close()
  for (const name of ['payments', 'inbox', 'fulfilled']) await db.collection(name).deleteMany({})
})

type Message = { url?: string; told?: string; dead?: string; kind?: string; closed?: boolean }

function spawn({ worker = false, fault = '', start = '' } = {}) {
  const child = fork(fileURLToPath(new URL('./fixtures/process.mjs', import.meta.url)), {
    env: {
      ...process.env,
      MONGODB_URI: mongo.uri,
      MPESA: JSON.stringify(options),
      FAULT: fault,
      START: start,
      WORKER: worker ? '1' : '',
    },
  })
  children.add(child)
  const said: Message[] = []
  child.on('message', (message) => said.push(message as Message))
  return {
    child,
    said,
    /** The first message with this field; rejects if the process ends without it. */
    says<K extends keyof Message>(field: K): Promise<Message> {
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

function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  const { exitCode: code, signalCode: signal } = child
  if (code !== null || signal !== null) return Promise.resolve({ code, signal })
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
}

/** A payment that the payer has paid at Daraja, and the delivery of its callback to a process. */
async function paidAtDaraja() {
  const { id } = await payments.create(order())
  await payments.start(id)
  await sandbox.daraja.phone(PHONE).enterPin('1234')
  const { callbackUrl, checkoutRequestId } = sandbox.daraja.transactions().at(-1)!
  const Item = [
    { Name: 'Amount', Value: 150.0 },
    { Name: 'MpesaReceiptNumber', Value: 'UKO1AAAAAA' },
  ]
  const stkCallback = { CheckoutRequestID: checkoutRequestId, ResultCode: 0, CallbackMetadata: { Item } }
  const deliver = async (url: string) => {
    const body = JSON.stringify({ Body: { stkCallback } })
    return (await fetch(url + new URL(callbackUrl).pathname, { method: 'POST', body })).status
  }
  return { id, deliver }
}

async function expectPaidOnce(id: string) {
  const record = await db.collection('payments').findOne({ _id: id as never })
  expect(record).toMatchObject({ status: 'succeeded', captured: 150_00, outbox: [{ key: `${id}:paid` }] })
  expect(
    record!['history'].filter(
      ({ from, to }: { from: string; to: string }) => from !== to && to === 'succeeded',
    ),
  ).toHaveLength(1)
  expect(await db.collection('inbox').countDocuments({ paymentId: id })).toBe(1)
}

async function until(check: () => Promise<boolean>) {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 10))
}
const isDone = (id: string) => async () => {
  const [entry, record] = await Promise.all([
    db.collection('inbox').findOne({ paymentId: id }),
    db.collection('payments').findOne({ _id: id as never }),
  ])
  return entry?.['state'] === 'done' && record?.['outbox'][0]?.state === 'done'
}

test('1: killed after the callback was stored and before 200: delivered again, it is a duplicate, handled once', async () => {
  const { id, deliver } = await paidAtDaraja()
  const dying = spawn({ fault: 'after-insert' })
  const { url } = await dying.says('url')
  await expect(deliver(url!)).rejects.toThrow()
  expect(await ended(dying.child)).toMatchObject({ signal: 'SIGKILL' })
  const next = spawn({ worker: true })
  expect(await deliver((await next.says('url')).url!)).toBe(200)
  await until(isDone(id))
  await expectPaidOnce(id)
  expect(next.said.filter(({ told }) => told)).toHaveLength(1)
})

test('2: killed between 200 and the work: another process does it', async () => {
  const { id, deliver } = await paidAtDaraja()
  const receiver = spawn()
  expect(await deliver((await receiver.says('url')).url!)).toBe(200)
  receiver.child.kill('SIGKILL')
  await ended(receiver.child)
  expect((await payments.get(id))?.status).toBe('requires_action')
  spawn({ worker: true })
  await until(isDone(id))
  await expectPaidOnce(id)
})

test('3: killed after the payment was written and before the callback was done: the repetition is a no-op', async () => {
  const { id, deliver } = await paidAtDaraja()
  const dying = spawn({ worker: true, fault: 'before-complete' })
  expect(await deliver((await dying.says('url')).url!)).toBe(200)
  expect(await ended(dying.child)).toMatchObject({ signal: 'SIGKILL' })
  expect((await payments.get(id))?.status).toBe('succeeded')
  spawn({ worker: true })
  await until(isDone(id))
  await expectPaidOnce(id)
})

test('3: killed in the handler: it runs again under the same key', async () => {
  const { id, deliver } = await paidAtDaraja()
  const dying = spawn({ worker: true, fault: 'in-handler' })
  await deliver((await dying.says('url')).url!)
  expect(await ended(dying.child)).toMatchObject({ signal: 'SIGKILL' })
  const next = spawn({ worker: true })
  expect(await next.says('told')).toMatchObject({ told: `${id}:paid` })
  await until(isDone(id))
  await expectPaidOnce(id)
  expect(await db.collection('fulfilled').find().toArray()).toEqual([{ _id: `${id}:paid`, runs: 2 }])
})

test('10: what kills every process that handles it is dead after its attempts, and nothing else is', async () => {
  for (const fault of ['in-parse', 'in-handler'] as const) {
    const { id, deliver } = await paidAtDaraja()
    expect(await deliver((await spawn().says('url')).url!)).toBe(200)
    let deaths = 0
    for (;;) {
      const worker = spawn({ worker: true, fault })
      const end = await Promise.race([
        ended(worker.child),
        worker.says('dead').catch(() => ended(worker.child)),
      ])
      if (!('signal' in end)) break
      expect(end.signal).toBe('SIGKILL')
      deaths++
    }
    expect(deaths).toBe(3)
    const [letter] = await payments.deadLetters.list()
    expect(letter).toMatchObject({ kind: fault === 'in-parse' ? 'callback' : 'effect', paymentId: id })
    await payments.deadLetters.replay(letter!.id)
    spawn({ worker: true })
    await until(isDone(id))
    await expectPaidOnce(id)
    for (const child of children) child.kill('SIGKILL')
    await Promise.all([...children].map(ended))
    await sandbox.clock.advance(200_000)
  }
}, 120_000)

test('22: SIGTERM ends the process in time and gives back what it holds', async () => {
  const { id, deliver } = await paidAtDaraja()
  const worker = spawn({ worker: true, fault: 'slow-handler' })
  await deliver((await worker.says('url')).url!)
  await worker.says('told')
  worker.child.kill('SIGTERM')
  await worker.says('closed')
  expect(await ended(worker.child)).toEqual({ code: 0, signal: null })
  const record = await db.collection('payments').findOne({ _id: id as never })
  expect(record!['leasedUntil']).toEqual(new Date(0))
  const next = spawn({ worker: true })
  await next.says('told')
  await until(isDone(id))
  await expectPaidOnce(id)
})

test('killed between the call and its answer: never sent twice, and the callback adopts the attempt', async () => {
  const { id } = await payments.create(order())
  // The sandbox's clock stands still, so that this answer never comes.
  sandbox.daraja.faults.order({ fault: 'slowAnswer', on: 'stkPush', ms: 1_000 })
  const caller = spawn({ start: id })
  await sandbox.daraja.phone(PHONE).prompt()
  caller.child.kill('SIGKILL')
  await ended(caller.child)
  expect(await payments.start(id)).toMatchObject({ status: 'submitting', attempts: [{ providerRef: null }] })

  await sandbox.daraja.phone(PHONE).enterPin('1234')
  expect(sandbox.daraja.transactions()).toHaveLength(1)
  const { callbackUrl, checkoutRequestId } = sandbox.daraja.transactions()[0]!
  const { url } = await spawn({ worker: true }).says('url')
  const stkCallback = { CheckoutRequestID: checkoutRequestId, ResultCode: 0 }
  const body = JSON.stringify({ Body: { stkCallback } })
  await fetch(url + new URL(callbackUrl).pathname, { method: 'POST', body })
  await until(isDone(id))
  await expectPaidOnce(id)
})
