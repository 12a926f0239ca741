import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { openBlobs } from './cloudinary/blobs.js'
import { createCloudinary, type CloudinarySandbox } from './cloudinary/cloudinary.js'
import { createCloudinaryFaults } from './cloudinary/faults.js'
import { cloudinarySettings, type CloudinaryOptions } from './cloudinary/settings.js'
import { blobsOf } from './cloudinary/state.js'
import { createClock, type SandboxClock } from './clock.js'
import { createControl } from './control.js'
import { createDaraja, type Daraja } from './daraja/daraja.js'
import { createFaults, type FaultOrder } from './daraja/faults.js'
import { darajaOptionNames, darajaSettings, type DarajaOptions } from './daraja/settings.js'
import type { ClockReading } from './daraja/state.js'
import { openStore } from './daraja/store.js'
import { environment, type SandboxEnvironment } from './environment.js'
import { SandboxError } from './errors.js'
import { silentLogger, type Logger } from './logger.js'
import { createMail, type MailSandbox } from './mail/mail.js'
import { assertKnownKeys } from './options.js'
import { page } from './page.js'
import { createRandom } from './random.js'
import { createSignal } from './signal.js'
import { createStripeFaults } from './stripe/faults.js'
import { createIds } from './stripe/ids.js'
import { stripeOptionNames, stripeSettings, type StripeOptions } from './stripe/settings.js'
import { createStripe, type StripeSandbox } from './stripe/stripe.js'

/** Options of `startSandbox`. */
export interface SandboxOptions {
  /** Port on the loopback interface; 0 takes a free one. @default 0 */
  port?: number
  /** Directory that keeps the state, even over a `kill -9`. Default: none, all is forgotten. */
  dir?: string
  /** How many times as fast as real time the sandbox lives; 0 stands still and moves by `clock.advance()`. @default 1 */
  timeScale?: number
  /** Where sandbox time begins on a new state: milliseconds since 1970. Default: now. */
  startMs?: number
  /** The same seed gives the same ids, receipts and delays. Default: different ones each time. */
  seed?: string | number
  /** Default: says nothing. */
  logger?: Logger
  /** Faults ordered from the start. */
  faults?: FaultOrder[]
  /** Where the sources disagree about Daraja, or it has changed. */
  daraja?: DarajaOptions
  /** Where Stripe sends events, and when. */
  stripe?: StripeOptions
  /** What Cloudinary takes, and how much of it. */
  cloudinary?: CloudinaryOptions
  /** Where mail is taken: `port` on the loopback interface; 0 takes a free one. */
  mail?: { port?: number }
}

/** A sandbox that runs. */
export interface Sandbox {
  /** The variables that an application needs to use it. */
  env: SandboxEnvironment
  /** Safaricom, to look into and to act upon. */
  daraja: Daraja
  /** Stripe, likewise. */
  stripe: StripeSandbox
  /** Cloudinary, likewise. */
  cloudinary: CloudinarySandbox
  /** The mailbox that gets every mail, whoever it is for. */
  mail: MailSandbox
  /** Sandbox time. */
  clock: SandboxClock
  /** `http://127.0.0.1:<port>`: API, control API and the page with the phone. */
  url: string
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts Daraja, with a phone to pay with, Stripe, Cloudinary and a mailbox on this machine. It listens on the loopback interface alone.
 *
 * @throws SandboxError SANDBOX_PORT_TAKEN, SANDBOX_DIR_IN_USE, SANDBOX_JOURNAL_DAMAGED
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  checkOptions(options)
  const { port = 0, dir, timeScale = 1, seed, logger = silentLogger } = options
  const changes = createSignal()
  const faults = createFaults(options.faults, changes.send)
  const uploadSettings = cloudinarySettings(options.cloudinary)
  const store = await openStore(dir)
  const startMs = store.state.starts > 0 ? timeNow(store.state.clock) : (options.startMs ?? Date.now())
  const clock = createClock({ startMs, timeScale })
  const reading = (): ClockReading => ({ realMs: Date.now(), sandboxMs: clock.now(), timeScale })
  const randomOf = (part: string) =>
    createRandom(seed === undefined ? undefined : `${seed}/${store.state.starts}${part}`)
  const random = randomOf('')
  const settings = darajaSettings(options.daraja)

  const { daraja, router, start, stop } = createDaraja(
    { clock, random, store, faults, settings, logger },
    changes.send,
  )
  const stripeRandom = randomOf('/stripe')
  const stripe = createStripe(
    {
      ...{ clock, store, logger, random: stripeRandom, ids: createIds(stripeRandom), url: () => url },
      ...{ faults: createStripeFaults(changes.send), settings: stripeSettings(options.stripe) },
    },
    changes.send,
  )
  const kept = blobsOf(store.state.cloudinary)
  const cloudinary = createCloudinary(
    {
      ...{ clock, store, logger, random: randomOf('/cloudinary'), url: () => url },
      ...{ blobs: await openBlobs(dir, (name) => kept.has(name)), settings: uploadSettings },
      faults: createCloudinaryFaults(changes.send),
    },
    changes.send,
  )
  const mail = createMail({ clock, store, logger })
  const sandboxClock: SandboxClock = {
    timeScale,
    now: clock.now,
    async advance(ms: number) {
      await clock.advance(ms)
      store.commit({ type: 'clockSet', clock: reading() })
      await store.saved()
    },
  }
  store.onChange(changes.send)
  const app = express()
  app.disable('x-powered-by')
  app.use(page())
  app.use(stripe.pages)
  app.use(
    '/_sandbox',
    createControl({
      ...{ daraja, stripe: stripe.stripe, cloudinary: cloudinary.cloudinary, mail: mail.mail },
      ...{ clock: sandboxClock, changes, env: () => env },
    }),
  )
  app.use(cloudinary.router)
  app.use(router)
  app.use(stripe.router)

  const server = createServer(app)
  const smtpPort = await listen(server, port)
    .then(() => mail.start(options.mail?.port ?? 0))
    .catch(async (error: unknown) => {
      server.close()
      await store.close()
      throw error
    })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  store.commit({ type: 'started', clock: reading() })
  start()
  await stripe.start()
  cloudinary.start()
  await store.saved()
  const env = environment(url, smtpPort)
  logger.info('The sandbox is ready', { url })

  let closed: Promise<void> | undefined
  const close = () => (closed ??= shut())
  async function shut(): Promise<void> {
    clock.stop()
    stop()
    stripe.stop()
    cloudinary.stop()
    changes.end()
    await mail.stop()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await store.close()
  }
  return {
    ...{ env, daraja, stripe: stripe.stripe, cloudinary: cloudinary.cloudinary, mail: mail.mail },
    ...{ clock: sandboxClock, url },
    ...{ close, [Symbol.asyncDispose]: close },
  }
}

function checkOptions(options: SandboxOptions): void {
  assertKnownKeys('startSandbox', options, [
    'port',
    'dir',
    'timeScale',
    'startMs',
    'seed',
    'logger',
    'faults',
    'daraja',
    'stripe',
    'cloudinary',
    'mail',
  ])
  assertKnownKeys('startSandbox: daraja', options.daraja ?? {}, darajaOptionNames)
  assertKnownKeys('startSandbox: stripe', options.stripe ?? {}, stripeOptionNames)
  assertKnownKeys('startSandbox: mail', options.mail ?? {}, ['port'])
  const { timeScale = 1 } = options
  if (!Number.isFinite(timeScale) || timeScale < 0) {
    throw new TypeError(`startSandbox: "timeScale" must be a number of 0 or more, not ${timeScale}.`)
  }
}

/** What sandbox time has become since the reading: it goes on while no sandbox runs. */
function timeNow({ realMs, sandboxMs, timeScale }: ClockReading): number {
  return sandboxMs + Math.max(0, Date.now() - realMs) * timeScale
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      reject(
        new SandboxError(
          'SANDBOX_PORT_TAKEN',
          `Port ${port} is taken. Stop what listens there, or choose another port.`,
          {
            cause: error,
          },
        ),
      )
    })
    server.listen(port, '127.0.0.1', resolve)
  })
}
