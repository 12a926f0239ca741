import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import { MongoClient, type Db } from 'mongodb'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { fromMinor, type PaymentRecord } from '../src/index.js'
import { mongoInbox, mongoPaymentStore } from '../src/mongo.js'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const PHONE = '254711000001'
const BODY = `{"Item":[{"Name":"PhoneNumber","Value":${PHONE}}]}`

let mongo: RunningMongo
let client: MongoClient
let db: Db
beforeAll(async () => {
  mongo = await startMongo({ uri: process.env['MONGODB_URI'] })
  client = await new MongoClient(mongo.uri).connect()
  db = client.db()
})
afterAll(async () => {
  await client.close()
  await mongo.close()
})

/** A dead callback `one`, one that waits, and a dead effect `pay_1:paid`. */
beforeEach(async () => {
  for (const { name } of await db.listCollections().toArray()) await db.collection(name).deleteMany({})
  const inbox = mongoInbox(db.collection('payment_inbox'))
  const entry = { provider: 'mpesa', paymentId: 'pay_1', attemptId: '1', verifiedBy: 'callbackSecret#1' }
  await inbox.insert({ ...entry, id: 'one', raw: Buffer.from(BODY) })
  const claimed = await inbox.claim({ owner: 'test', leaseMs: 60_000, exclude: [] })
  await inbox.bury(claimed!.lease, `not an STK callback of ${PHONE}\u001b[2J`)
  await inbox.insert({ ...entry, id: 'alive', raw: Buffer.from(BODY) })
  await mongoPaymentStore(db.collection('payments')).insert(paymentWithDeadEffect())
})

function paymentWithDeadEffect(): PaymentRecord {
  const at = new Date('2026-01-01T00:00:00Z')
  const outbox = [
    {
      key: 'pay_1:paid',
      type: 'paid' as const,
      attemptId: '1',
      state: 'dead' as const,
      tries: 20,
      nextRunAt: at,
      lastError: 'no such table',
    },
  ]
  return {
    id: 'pay_1',
    reference: 'ORDER-1',
    requestHash: 'x',
    provider: 'mpesa',
    amount: fromMinor(150_00, 'KES'),
    payer: { phone: PHONE },
    description: 'Two mangoes',
    metadata: {},
    status: 'succeeded',
    version: 1,
    attempts: [],
    captured: 150_00,
    flags: { late: false, overpaid: false, mismatch: false },
    appliedEvents: [],
    outbox,
    history: [],
    nextCheckAt: null,
    checks: 0,
    createdAt: at,
    updatedAt: at,
  }
}

/** Runs the tool until it ends, with MONGODB_URI unless it is told otherwise. */
function run(args: string[], { uri = mongo.uri, cli = join(dist, 'cli.js') } = {}) {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, MONGODB_URI: uri },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  )
}

const stateOf = async (id: string) => (await mongoInbox(db.collection('payment_inbox')).find(id))?.state
const effect = async () =>
  (await mongoPaymentStore(db.collection('payments')).get('pay_1'))!.outbox.find(
    ({ key }) => key === 'pay_1:paid',
  )!

test('dead list prints a table, longest dead first, or JSON', async () => {
  const { code, stdout, stderr } = await run(['dead', 'list'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toMatch(/^DIED +KIND +ATTEMPTS +ID +ERROR$/)
  expect(lines[1]).toMatch(/^2026-01-01T00:00:00\.000Z +effect +20 +pay_1:paid +no such table$/)
  expect(lines[2]).toMatch(/^\S+Z +callback +1 +one +not an STK callback of 2547\*{4}001\uFFFD\[2J$/)
  expect(lines).toHaveLength(3)

  const json = await run(['dead', 'list', '--json', '--kind', 'callback', '--limit', '5'])
  expect(JSON.parse(json.stdout)).toMatchObject([{ kind: 'callback', id: 'one', attempts: 1 }])
})

test('dead show masks phone numbers; --raw gives the exact bytes and nothing else', async () => {
  const shown = await run(['dead', 'show', 'one'])
  expect(shown.code).toBe(0)
  expect(shown.stdout).toMatch(/^state +dead$/m)
  expect(shown.stdout).toContain('"Value": "2547****001"')
  expect(shown.stdout).not.toContain(PHONE)
  expect(shown.stdout).not.toContain('\u001b')
  const json = await run(['dead', 'show', 'one', '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ id: 'one', state: 'dead', callback: { deliveries: 1 } })
  expect(json.stdout).not.toContain(PHONE)
  expect((await run(['dead', 'show', 'one', '--raw'])).stdout).toBe(BODY)
  expect((await run(['dead', 'show', 'pay_1:paid'])).stdout).toMatch(/^told +paid$/m)
  expect(await run(['dead', 'show', 'pay_1:paid', '--raw'])).toMatchObject({ code: 2, stdout: '' })
})

test('dead replay makes callbacks and effects due again', async () => {
  const { code, stdout } = await run(['dead', 'replay', 'one', 'pay_1:paid'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'one is due again\npay_1:paid is due again\n' })
  expect(await stateOf('one')).toBe('pending')
  expect(await effect()).toMatchObject({ state: 'pending', tries: 0 })
  expect((await run(['dead', 'list'])).stdout).toBe('no dead letters\n')
})

test('dead discard keeps reason and actor, and is not undone by a second time', async () => {
  const first = ['dead', 'discard', 'one', 'pay_1:paid', '--reason', 'by hand', '--actor', 'amina']
  expect(await run(first)).toMatchObject({ code: 0, stdout: 'one is discarded\npay_1:paid is discarded\n' })
  const second = await run(['dead', 'discard', 'one', '--reason', 'again', '--json'])
  expect(second.code).toBe(0)
  expect(JSON.parse(second.stdout)).toMatchObject([
    { id: 'one', discarded: { reason: 'by hand', actor: 'amina' } },
  ])
  expect(await effect()).toMatchObject({
    state: 'discarded',
    discarded: { reason: 'by hand', actor: 'amina' },
  })
  expect((await run(['dead', 'show', 'one'])).stdout).toMatch(/^discarded +\S+Z by amina: by hand$/m)
})

test('dead discard names the user of this machine where no actor is given', async () => {
  await run(['dead', 'discard', 'pay_1:paid', '--reason', 'by hand'])
  expect((await effect()).discarded?.actor).toBe(userInfo().username)
})

test('what is refused is said by code, exits with 1, and keeps nobody from the rest', async () => {
  const { code, stdout, stderr } = await run(['dead', 'replay', 'nobody', 'alive', 'one'])
  expect({ code, stdout }).toEqual({ code: 1, stdout: 'one is due again\n' })
  expect(stderr).toMatch(/^PAYMENTS_DEAD_LETTER_NOT_FOUND: .*nobody.*\nPAYMENTS_NOT_DEAD: .*alive.* pending/)
  const json = await run(['dead', 'replay', 'nobody', '--json'])
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject([
    { id: 'nobody', error: { code: 'PAYMENTS_DEAD_LETTER_NOT_FOUND' } },
  ])
  const shown = await run(['dead', 'show', 'nobody'])
  expect(shown).toMatchObject({ code: 1, stdout: '' })
  expect(shown.stderr).toMatch(/PAYMENTS_DEAD_LETTER_NOT_FOUND/)
})

test('the collections may have other names, and a wrong name is no empty list', async () => {
  await mongoInbox(db.collection('mail')).ensureIndexes()
  const args = ['dead', 'list', '--uri', mongo.uri, '--inbox', 'mail', '--kind', 'callback']
  expect(await run(args, { uri: '' })).toMatchObject({ code: 0, stdout: 'no dead letters\n' })
  const wrong = await run(['dead', 'list', '--payments', 'paymnets'])
  expect(wrong).toMatchObject({ code: 2, stdout: '' })
  expect(wrong.stderr).toMatch(/no collection "paymnets"/)
})

test('what cannot be meant exits with 2 before anything is touched, and help with 0', async () => {
  const wrong: [string[], RegExp][] = [
    [[], /Usage/],
    [['ded', 'list'], /Usage/],
    [['dead', 'toString'], /Usage/],
    [['dead', 'list', 'one'], /takes no id/],
    [['dead', 'list', '--limit', '0'], /1 to 1000/],
    [['dead', 'list', '--kind', 'letter'], /callback or effect/],
    [['dead', 'replay'], /needs an id/],
    [['dead', 'show', 'one', 'two'], /takes one id/],
    [['dead', 'show', 'one', '--raw', '--json'], /exclude/],
    [['dead', 'discard', 'one'], /--reason/],
    [['dead', 'discard', 'one', '--reason', ' '], /--reason/],
    [['dead', 'list', '--lmit', '5'], /--lmit/],
  ]
  for (const [args, message] of wrong) {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }, args.join(' ')).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  }
  expect(await run(['dead', 'list'], { uri: '' })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--uri/),
  })
  expect(await stateOf('one')).toBe('dead')
  for (const args of [['--help'], ['dead', 'list', '-h'], ['help']])
    expect(await run(args)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ementech-payments: .*\n\nUsage/),
    })
})

test('an address that is none exits with 2 and does not repeat the password; an absent server with 3', async () => {
  const none = await run(['dead', 'list'], { uri: 'mongo://amina:geheim@host/shop' })
  expect(none.code).toBe(2)
  expect(none.stderr).not.toMatch(/geheim/)
  const absent = await run(['dead', 'list'], {
    uri: 'mongodb://amina:geheim@127.0.0.1:9/shop?serverSelectionTimeoutMS=500',
  })
  expect(absent.code).toBe(3)
  expect(absent.stderr).toMatch(/ECONNREFUSED/)
  expect(absent.stderr).not.toMatch(/geheim/)
})

test('without the driver it says what to install', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ementech-payments-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  cpSync(dist, join(dir, 'dist'), { recursive: true })
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }')
  const cli = join(dir, 'dist/cli.js')
  const { code, stderr } = await run(['dead', 'list'], { cli })
  expect(code).toBe(2)
  expect(stderr).toMatch(/npm install mongodb/)
  expect((await run(['--help'], { cli })).code).toBe(0)
})
