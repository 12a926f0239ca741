/** True for a name or address that is this machine: `localhost`, `*.localhost`, 127.0.0.0/8, ::1 and 0.0.0.0. */
export function isLoopback(hostname: string): boolean {
  const host = bare(hostname)
  return (
    /^(?:.*\.)?localhost$/.test(host) ||
    /^127(?:\.\d+){3}$/.test(host) ||
    ['::1', '::', '0.0.0.0'].includes(host)
  )
}

/**
 * True for a host that the internet cannot reach: loopback, RFC 1918, link-local, RFC 4193, names without a dot, and
 * names under `.local`, `.internal` and `.test`.
 */
export function isPrivate(hostname: string): boolean {
  const host = bare(hostname)
  return (
    isLoopback(host) ||
    /^(?:10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.)[\d.]+$/.test(host) ||
    /^(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/.test(host) ||
    /\.(?:local|internal|test)$/.test(host) ||
    !/[.:]/.test(host)
  )
}

function bare(hostname: string): string {
  const host = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '')
  // ::ffff:7f00:1 is how URL writes ::ffff:127.0.0.1.
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? []
  if (high === undefined || low === undefined) return host
  const [a, b] = [parseInt(high, 16), parseInt(low, 16)]
  return [a >> 8, a & 255, b >> 8, b & 255].join('.')
}
