import { cspReports, errorHandler, securityHeaders } from '@ementech/security'
import express from 'express'

const app = express()
app.use(securityHeaders({ reportPath: '/csp' }))
app.use(cspReports({ path: '/csp', onReport: ({ blocked }) => console.log('stopped', blocked) }))
app.use(errorHandler())

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const url = `http://127.0.0.1:${port}`
  const answer = await fetch(`${url}/csp`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/csp-report' },
    body: '{"csp-report":{"blocked-uri":"https://evil.example"}}',
  })
  console.log(answer.status)
  server.close()
})
