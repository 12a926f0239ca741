import { port } from '../fields/int.js'
import { list } from '../fields/list.js'
import { text } from '../fields/text.js'
import { origin } from '../fields/urls.js'
import { preset } from '../rules.js'

/** SOCKET_PORT, SOCKET_PATH, SOCKET_CORS_ORIGINS. */
export function realtime() {
  return preset(
    'Realtime',
    {
      SOCKET_PORT: port()
        .optional()
        .meta({ description: 'A port of its own; unset, sockets share the server of the API' }),
      SOCKET_PATH: text(/^\/[\w./-]*[\w-]$/, 'a path such as /socket.io')
        .default('/socket.io')
        .meta({ description: 'Path of the socket endpoint' }),
      SOCKET_CORS_ORIGINS: list(origin()).optional().meta({
        description: 'Origins whose pages may connect; unset, take ALLOWED_ORIGINS',
        example: 'https://shop.example',
      }),
    },
    {
      rules: [
        (env, { report }) => {
          const http = (env as { PORT?: unknown }).PORT
          if (env.SOCKET_PORT !== undefined && env.SOCKET_PORT !== 0 && env.SOCKET_PORT === http) {
            report('SOCKET_PORT', 'must differ from PORT; leave it unset to share the server of the API')
          }
        },
      ],
    },
  )
}
