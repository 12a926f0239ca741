import type { Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import { constants } from 'node:os'
import process from 'node:process'
import { DbError, errorFields } from './errors.js'
import type { Logger } from './logger.js'
import { assertKnownKeys } from './options.js'
import { watchServer } from './shutdown/http.js'
import { settlesWithin, startBudget } from './shutdown/budget.js'
import { normaliseSteps, runSteps, type ShutdownSteps } from './shutdown/steps.js'

export type { Logger } from './logger.js'
export type { ShutdownStep, ShutdownSteps } from './shutdown/steps.js'

/** What `createShutdown` listens to and ends: `process`, or an emitter of your own in a test. */
export interface ShutdownProcess {
  on(event: string, listener: (...args: unknown[]) => void): unknown
  exit(code: number): void
}

/** Options of `createShutdown`. */
export interface ShutdownOptions {
  /** Required: a crash that nobody logs is a crash that nobody can explain. */
  logger: Logger
  /** The HTTP server to stop. Call `createShutdown` before `listen`. A worker process has none. */
  server?: Server | SecureServer | undefined
  /**
   * What keeps connections of the server open (WebSockets, event streams). Begun, one after another in the order
   * written, at the moment the server stops accepting.
   */
  drain?: ShutdownSteps | undefined
  /** What runs once the last response is out, one after another in the order written: workers, logs, databases last. */
  steps?: ShutdownSteps | undefined
  /**
   * How long the server keeps accepting while readiness already says no: at least as long as the balancer takes to
   * notice. Default 5000 with a server, 0 without. Set 0 in development.
   */
  readinessDelayMs?: number | undefined
  /** How long requests in flight may take once the server has stopped accepting. Default 10000. */
  serverTimeoutMs?: number | undefined
  /** How long a step may take unless it says so itself. Default 5000. */
  stepTimeoutMs?: number | undefined
  /**
   * How long everything may take together; then the process exits with 1. Default 25000, which fits Kubernetes'
   * `terminationGracePeriodSeconds` of 30. Under PM2 set `kill_timeout` above it (its default is 1600).
   */
  timeoutMs?: number | undefined
  /** Default `['SIGTERM', 'SIGINT']`. PM2's `'shutdown'` message is always heard. */
  signals?: readonly NodeJS.Signals[] | undefined
  /** Default: the process itself. */
  process?: ShutdownProcess | undefined
}

/** The one way in which a process stops. */
export interface Shutdown {
  /** True from the first signal on: readiness must answer no, liveness still yes. */
  readonly draining: boolean
  /** Aborted at the first signal: for loops that have to stop taking new work. */
  readonly signal: AbortSignal
  /** A readiness check: rejects with `DB_DRAINING` once draining. */
  check(): Promise<void>
  /** Starts the stop, or joins the one under way. Resolves to the exit code, just before the process exits with it. */
  run(reason: string): Promise<number>
}

const knownOptions = [
  'logger',
  'server',
  'drain',
  'steps',
  'readinessDelayMs',
  'serverTimeoutMs',
  'stepTimeoutMs',
  'timeoutMs',
  'signals',
  'process',
] as const satisfies readonly (keyof ShutdownOptions)[]

/**
 * npm forwards to its child the SIGINT that the terminal has sent to both, so one Ctrl-C arrives twice
 * (@npmcli/run-script, lib/signal-manager.js). A repetition this close is the same key press.
 */
const samePressMs = 300

/**
 * Stops a process in the right order: readiness off → keep serving, with `Connection: close` → stop accepting, `drain`
 * meanwhile → last response out → `steps` → exit. Listens for signals, for PM2's message and for uncaught errors. A
 * second signal exits at once.
 */
export function createShutdown(options: ShutdownOptions): Shutdown {
  assertKnownKeys('createShutdown', options, knownOptions)
  const { logger, server, stepTimeoutMs = 5_000, serverTimeoutMs = 10_000, timeoutMs = 25_000 } = options
  const { readinessDelayMs = server ? 5_000 : 0, signals = ['SIGTERM', 'SIGINT'] } = options
  const target: ShutdownProcess = options.process ?? (process as ShutdownProcess)
  if (typeof logger?.error !== 'function') throw new TypeError('createShutdown: logger is required.')
  const drain = normaliseSteps('drain', options.drain, stepTimeoutMs)
  const steps = normaliseSteps('steps', options.steps, stepTimeoutMs)
  const http = server && watchServer(server, logger)
  const stopping = new AbortController()
  const hurry = new AbortController()
  let running: Promise<number> | undefined
  let exitCode = 0

  async function stop(reason: string): Promise<number> {
    const budget = startBudget(timeoutMs, () => giveUp())
    logger.info('shutdown: draining', { reason, readinessDelayMs })
    http?.refuseKeepAlive()
    await settlesWithin(new Promise<never>(() => {}), readinessDelayMs, hurry.signal)

    logger.info('shutdown: closing', { reason })
    const closed = http?.close(budget.within(serverTimeoutMs)) ?? true
    const drained = await runSteps(drain, budget, logger)
    const served = await closed
    const stepped = await runSteps(steps, budget, logger)

    budget.end()
    if (!drained || !served || !stepped) exitCode = 1
    target.exit(exitCode)
    return exitCode
  }

  function run(reason: string): Promise<number> {
    if (!running) {
      stopping.abort(reason)
      running = stop(reason)
    }
    return running
  }

  function giveUp(): void {
    logger.error('shutdown: out of time, exiting', { timeoutMs })
    target.exit(1)
  }

  function crash(kind: string, thrown: unknown): void {
    exitCode = 1
    logger.error(`shutdown: ${kind}`, { err: errorFields(thrown) })
    // What state the process is in is unknown: it must not go on taking new requests.
    hurry.abort()
    void run(kind)
  }

  const seen = new Map<NodeJS.Signals, number>()
  function onSignal(name: NodeJS.Signals): void {
    const last = seen.get(name)
    if (last !== undefined && performance.now() - last < samePressMs) return
    const first = seen.size === 0
    seen.set(name, performance.now())
    if (first) return void run(name)
    logger.warn('shutdown: second signal, exiting now', { signal: name })
    target.exit(128 + constants.signals[name])
  }

  for (const name of signals) target.on(name, () => onSignal(name))
  target.on('uncaughtException', (thrown) => crash('uncaught exception', thrown))
  target.on('unhandledRejection', (thrown) => crash('unhandled rejection', thrown))
  // Only with a parent to hear from: PM2, a cluster, a test.
  if ('send' in target && target.send)
    target.on('message', (message) => message === 'shutdown' && void run('message'))

  return {
    get draining() {
      return stopping.signal.aborted
    },
    signal: stopping.signal,
    async check() {
      if (!stopping.signal.aborted) return
      throw new DbError('DB_DRAINING', 'This process is shutting down. Send the request to another one.', {
        status: 503,
      })
    },
    run,
  }
}
