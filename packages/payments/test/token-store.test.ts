import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '@ementech/sandbox'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mongoTokenStore } from '../src/mongo.js'

let mongo: RunningMongo
let client: MongoClient
let count = 0
const children: ChildProcess[] = []
beforeAll(async () => {
  mongo = await startMongo({ uri: process.env['MONGODB_URI'] })
  client = await new MongoClient(mongo.uri).connect()
})
afterAll(async () => {
  await Promise.all(
    children.map(async (child) => {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    }),
  )
  await client.close()
  await mongo.close()
})
const collection = () => client.db().collection(`tokens${++count}`)
const token = (value: string, clock = Date.now) => ({ value, expiresAt: clock() + 3_000_000 })

test('five processes that ask Daraja at once fetch one token, and one more when it is refused', async () => {
  const sandbox = await startSandbox({ timeScale: 20, daraja: { spikeArrest: {}, newTokenRevokesOld: true } })
  const { env, daraja } = sandbox
  const options = {
    environment: 'sandbox',
    baseUrl: env.MPESA_BASE_URL,
    consumerKey: env.MPESA_CONSUMER_KEY,
    consumerSecret: env.MPESA_CONSUMER_SECRET,
    shortcode: env.MPESA_SHORTCODE,
    passkey: env.MPESA_PASSKEY,
  }
  const script = fileURLToPath(new URL('./fixtures/token-process.mjs', import.meta.url))
  for (let index = 0; index < 5; index++) {
    children.push(
      fork(script, { env: { ...process.env, MONGODB_URI: mongo.uri, MPESA: JSON.stringify(options) } }),
    )
  }
  await Promise.all(children.map((child) => once(child, 'message')))
  const askAll = () =>
    Promise.all(
      children.map(async (child) => {
        const answered = once(child, 'message') as Promise<[{ codes: string[] }]>
        child.send('go')
        return (await answered)[0].codes
      }),
    )
  const fetched = () => daraja.requests().filter(({ path }) => path.includes('oauth')).length

  // Nobody knows these references: the answer of Daraja to a token that it takes.
  const answers = Array(5).fill(Array(5).fill('PAYMENTS_MPESA_NOT_FOUND'))
  expect(await askAll()).toEqual(answers)
  expect(fetched()).toBe(1)
  daraja.faults.order({ fault: 'invalidateToken', on: 'stkQuery' })
  expect(await askAll()).toEqual(answers)
  expect(fetched()).toBe(2)
  await sandbox.close()
})

test('one of many is told to fetch a token, the others get what it has stored', async () => {
  const tokens = collection()
  const stores = Array.from({ length: 10 }, () => mongoTokenStore(tokens))
  const asked = stores.map((store) => store.get())
  const first = await Promise.race(asked.map(async (answer, index) => ({ index, token: await answer })))
  expect(first.token).toBeNull()
  await stores[first.index]!.set(token('a'))
  const others = (await Promise.all(asked)).filter((answer) => answer !== null)
  expect(others.map(({ value }) => value)).toEqual(Array(9).fill('a'))
})

test('what was refused is not given again to those who say so', async () => {
  const store = mongoTokenStore(collection(), { mintWithinMs: 100 })
  expect(await store.get()).toBeNull()
  await store.set(token('a'))
  expect(await store.get()).toMatchObject({ value: 'a' })
  expect(await store.get('a')).toBeNull()
  expect(await store.get()).toMatchObject({ value: 'a' })
  await store.set(token('b'))
  expect(await store.get('a')).toMatchObject({ value: 'b' })
})

test('a process that dies while it fetches holds up the others for a while, not for ever', async () => {
  const store = mongoTokenStore(collection(), { mintWithinMs: 100 })
  expect(await store.get()).toBeNull()
  expect(await store.get()).toBeNull()
})

test('a token lasts as long on a machine whose clock is wrong, and is not given once it is over', async () => {
  const tokens = collection()
  const early = () => Date.now() - 600_000
  const late = () => Date.now() + 600_000
  await mongoTokenStore(tokens, { clock: early }).set(token('a', early))
  const found = await mongoTokenStore(tokens, { clock: late }).get()
  const leftMs = found!.expiresAt - late()
  expect(leftMs).toBeGreaterThan(2_900_000)
  expect(leftMs).toBeLessThanOrEqual(3_000_100)
  await mongoTokenStore(tokens).set({ value: 'old', expiresAt: Date.now() - 1 })
  expect(await mongoTokenStore(tokens).get()).toBeNull()
})

test('two consumer keys share a collection by name', async () => {
  const tokens = collection()
  await mongoTokenStore(tokens, { name: 'shop' }).set(token('a'))
  expect(await mongoTokenStore(tokens, { name: 'school' }).get()).toBeNull()
  expect(() => mongoTokenStore(tokens, { nam: 'x' } as never)).toThrow(/did you mean "name"/)
})
