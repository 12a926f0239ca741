import { isIP } from 'node:net'
import * as z from 'zod'
import { Fault, field } from '../fields/field.js'
import { port } from '../fields/int.js'
import { text } from '../fields/text.js'
import { httpUrl } from '../fields/urls.js'
import { preset } from '../rules.js'
import { isRelaxed } from '../stage.js'

/** NODE_ENV, APP_NAME, HOST, PORT, APP_URL, API_URL, TRUST_PROXY. (APP_ENV, the stage, is in every environment.) */
export function server() {
  return preset(
    'Server',
    {
      NODE_ENV: z.enum(['development', 'test', 'production']).meta({
        description: 'Switches libraries; production in staging too, or Express shows stack traces',
        example: 'production',
        developmentDefault: 'development',
      }),
      APP_NAME: z.string().max(64).default('app').meta({ description: 'Name of the service in logs' }),
      HOST: text(/^[\w.:-]+$/, 'a host name or address')
        .default('127.0.0.1')
        .meta({
          description:
            'Address to listen on: 127.0.0.1 behind nginx on the same machine, 0.0.0.0 in a container',
        }),
      PORT: port().default(5000).meta({ description: 'Port to listen on' }),
      APP_URL: httpUrl().meta({
        description: 'Where users open the site: links in mails, redirects',
        example: 'https://shop.example',
        developmentDefault: 'http://localhost:5173',
      }),
      API_URL: httpUrl().meta({
        description: 'Where this server is reached from outside',
        example: 'https://api.shop.example',
        developmentDefault: 'http://localhost:5000',
      }),
      TRUST_PROXY: trustProxy().default(false).meta({
        description:
          "Express's trust proxy: the number of proxies in front (1 for nginx), or their addresses",
        example: '1',
      }),
    },
    {
      rules: [
        ({ NODE_ENV }, { stage, report }) => {
          if (!isRelaxed(stage) && NODE_ENV !== undefined && NODE_ENV !== 'production') {
            report(
              'NODE_ENV',
              `must be production in ${stage}: Express shows stack traces to users otherwise`,
              'unsafe',
            )
          }
        },
      ],
    },
  )
}

/** Express's `trust proxy`, but for `true`, with which any client writes its own address. */
function trustProxy(): z.ZodType<number | string[] | false, string> {
  const form = 'a number of proxies, a list of their addresses or subnets, or false'
  const named = ['loopback', 'linklocal', 'uniquelocal']
  return field<number | string[] | false>(
    (text) => {
      if (text === 'false' || text === '0') return false
      if (text === 'true')
        return new Fault(`must be ${form}: with true, every client could claim any address`, 'unsafe')
      if (/^[1-9]\d?$/.test(text)) return Number(text)
      const parts = text.split(',').map((part) => part.trim())
      return parts.every((part) => named.includes(part) || isSubnet(part))
        ? parts
        : new Fault(`must be ${form}`)
    },
    { format: form },
  )
}

function isSubnet(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}
