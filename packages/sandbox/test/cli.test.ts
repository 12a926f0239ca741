import { expect, it } from 'vitest'
import { clientOf, merchantServer, sandboxFor } from './support.js'
import { runCli, startCli } from './process.js'

it('explains itself', async () => {
  for (const args of [['--help'], ['daraja', '--help'], ['phone', '-h'], ['help']]) {
    const { code, stdout } = await runCli(...args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/ementech-sandbox phone pin 1234/)
  }
})

it('tells its parent when it is ready, and people what the application needs', async () => {
  const tool = await startCli('daraja', '--port', '0')
  expect(tool).toMatchObject({ type: 'ready', env: { MPESA_BASE_URL: tool.url } })
  expect((await clientOf(tool).push()).status).toBe(200)
  expect(tool.stdout()).toContain(`The phone is at ${tool.url}/`)
  expect(tool.stdout()).toContain('MPESA_SHORTCODE=174379')
})

it.each(['SIGTERM', 'SIGINT'] as const)('stops cleanly on %s', async (signal) => {
  const tool = await startCli('daraja', '--port', '0')
  // A page that listens must not keep it alive.
  const events = await fetch(`${tool.url}/_sandbox/events`)
  expect(await tool.kill(signal)).toEqual({ code: 0, signal: null })
  await events.text().catch(() => {})
})

it.each([
  ['1', [400, 429]],
  ['0', [400, 400]],
])('with --queries-per-minute %s answers two queries with %j', async (limit, statuses) => {
  const tool = await startCli('daraja', '--port', '0', '--queries-per-minute', limit)
  const client = clientOf(tool)
  const query = () => client.query('ws_CO_unknown')
  expect([(await query()).status, (await query()).status]).toEqual(statuses)
})

it('stops when its parent lets go', async () => {
  const tool = await startCli('daraja', '--port', '0')
  tool.disconnect()
  expect(await tool.exited).toEqual({ code: 0, signal: null })
})

it('says that a port is taken, and ends', async () => {
  const { url } = await sandboxFor()
  const port = new URL(url).port
  const { code, stderr } = await runCli('daraja', '--port', port)
  expect(code).toBe(1)
  expect(stderr).toBe(`Port ${port} is taken. Stop what listens there, or choose another port.\n`)
})

it.each([
  [['sing'], 'There is no command "sing".'],
  [['daraja', '--prot', '1'], "Unknown option '--prot'"],
  [['daraja', '--port', 'x'], '--port must be a number of 0 or more, not "x".'],
  [['phone', 'sing'], 'A phone cannot do "sing".'],
  [['phone', 'pin'], 'Write the PIN: ementech-sandbox phone pin 1234.'],
])('points to the help after %j', async (args, message) => {
  const { code, stderr } = await runCli(...args)
  expect(code).toBe(2)
  expect(stderr).toContain(message)
  expect(stderr).toContain('ementech-sandbox --help')
})

it('is a phone: waits for the prompt, and pays', async () => {
  const sandbox = await sandboxFor()
  const shop = await merchantServer()
  const paying = runCli('phone', 'pin', '1234', '--url', sandbox.url, '--msisdn', '0711000001')
  await clientOf(sandbox).push({ PhoneNumber: '254711000001', Amount: 25, CallBackURL: shop.url })
  const { code, stdout } = await paying
  expect(code).toBe(0)
  expect(stdout.split('\n')).toEqual([
    'Do you want to pay Ksh25.00 to Sandbox Shop Account no. ORDER-1?',
    'Amina Wanjiru, 254711000001 (on), M-PESA balance Ksh12,475.00',
    expect.stringMatching(/^[A-Z0-9]{10} Confirmed\. Ksh25\.00 sent to Sandbox Shop/),
    '',
  ])
  await sandbox.clock.advance(2000)
  expect(shop.received[0]?.body.Body.stkCallback.ResultCode).toBe(0)
})

it('is a phone: refuses, and is switched off', async () => {
  const sandbox = await sandboxFor()
  await clientOf(sandbox).push()
  expect((await runCli('phone', 'cancel', '--url', sandbox.url)).code).toBe(0)
  expect(sandbox.daraja.transactions()[0]?.result?.code).toBe(1032)
  expect((await runCli('phone', 'off', '--url', sandbox.url)).stdout).toContain('(off)')
})

it('says that no sandbox answers', async () => {
  const { code, stderr } = await runCli('phone', '--url', 'http://127.0.0.1:1')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^No sandbox answers at http:\/\/127\.0\.0\.1:1\./)
})

it('without a command runs Daraja and MongoDB', async () => {
  const tool = await startCli('--port', '0', '--mongo-port', '0')
  expect(tool.env).toMatchObject({
    MPESA_BASE_URL: tool.url,
    MONGODB_URI: expect.stringMatching(/^mongodb:\/\/127\.0\.0\.1:\d+\/\w+$/),
  })
  expect(await tool.kill('SIGTERM')).toEqual({ code: 0, signal: null })
})
