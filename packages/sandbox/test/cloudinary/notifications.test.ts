import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { directoryFor, startCli } from '../process.js'
import { sandboxFor } from '../support.js'
import { png } from './pictures.js'
import { dataUri, refusalOf, refused, sdkFor } from './support.js'

/** The application's end: takes notifications. */
async function hookServer(status = 200) {
  const received: Array<{ text: string; timestamp: number; signature: string }> = []
  const waiting: Array<() => void> = []
  const server = createServer((req, res) => {
    let text = ''
    req.setEncoding('utf8')
    req.on('data', (chunk: string) => (text += chunk))
    req.on('end', () => {
      const { 'x-cld-timestamp': timestamp, 'x-cld-signature': signature } = req.headers
      received.push({ text, timestamp: Number(timestamp), signature: String(signature) })
      res.writeHead(status).end('thank you')
      waiting.splice(0).forEach((wake) => wake())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    notification_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    async count(count: number) {
      while (received.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
      return received
    },
  }
}

it('tells of an upload and of a deletion, signed so that the SDK believes it', async () => {
  const sandbox = await sandboxFor({ startMs: Date.parse('2026-11-26T10:00:00Z') })
  const sdk = sdkFor(sandbox)
  const { notification_url, count } = await hookServer()
  const uploaded = await sdk.uploader.upload(dataUri(png), { public_id: 'tea', notification_url })
  const told: object = { notification_url } // not in the SDK's types
  await sdk.uploader.destroy('tea', told)
  await sandbox.clock.advance(500)
  const received = await count(2)
  const bodies = received.map(({ text }) => JSON.parse(text) as { notification_type: string })
  bodies.sort((a, b) => a.notification_type.localeCompare(b.notification_type))
  expect(bodies).toMatchObject([
    {
      notification_type: 'delete',
      resources: [
        { resource_type: 'image', type: 'upload', public_id: 'tea', asset_id: uploaded.asset_id as string },
      ],
    },
    { notification_type: 'upload', timestamp: '2026-11-26T10:00:00+00:00', ...uploaded },
  ])
  for (const { text, timestamp, signature } of received) {
    expect(sdk.utils.verifyNotificationSignature(text, timestamp, signature)).toBe(true)
    expect(sdk.utils.verifyNotificationSignature(`${text} `, timestamp, signature)).toBe(false)
  }
  await expect
    .poll(() => sandbox.cloudinary.notifications(), { timeout: 60_000 })
    .toMatchObject([
      { state: 'delivered', attempt: { status: 200, answer: 'thank you' } },
      { state: 'delivered' },
    ])
})

it('is lost, comes twice, late, or wrongly signed, as was ordered', async () => {
  const sandbox = await sandboxFor()
  const sdk = sdkFor(sandbox)
  const { faults, notifications } = sandbox.cloudinary
  const { notification_url, count } = await hookServer(500)
  const upload = (public_id: string) => sdk.uploader.upload(dataUri(png), { public_id, notification_url })
  faults.order({ fault: 'dropNotification' })
  await upload('lost')
  faults.order({ fault: 'duplicateNotification', on: 'upload' })
  await upload('twice')
  faults.order({ fault: 'delayNotification', ms: 60_000 })
  faults.order({ fault: 'corruptNotification' })
  await upload('late')
  await sandbox.clock.advance(500)
  expect((await count(2)).map(({ text }) => (JSON.parse(text) as { public_id: string }).public_id)).toEqual([
    'twice',
    'twice',
  ])
  await sandbox.clock.advance(60_000)
  const late = (await count(3))[2]!
  expect(sdk.utils.verifyNotificationSignature(late.text, late.timestamp, late.signature)).toBe(false)
  await expect
    .poll(() => notifications().map(({ state }) => state), { timeout: 60_000 })
    .toEqual(['dropped', 'failed', 'failed', 'failed'])
})

it('refuses an address that is none, and keeps nothing', async () => {
  const sandbox = await sandboxFor()
  const upload = sdkFor(sandbox).uploader.upload(dataUri(png), { notification_url: 'shop' })
  expect(await refusalOf(upload)).toEqual(refused(400, 'Invalid notification_url shop'))
  expect(sandbox.cloudinary.totalBytes()).toBe(0)
})

it('tells after a kill -9 what it had not told before', async () => {
  const dir = directoryFor()
  const { notification_url, count } = await hookServer()
  const first = await startCli('cloudinary', '--port', '0', '--dir', dir, '--time-scale', '0')
  await sdkFor(first).uploader.upload(dataUri(png), { public_id: 'tea', notification_url })
  await first.kill('SIGKILL')
  await startCli('cloudinary', '--port', '0', '--dir', dir)
  expect((await count(1))[0]?.text).toContain('"public_id":"tea"')
})
