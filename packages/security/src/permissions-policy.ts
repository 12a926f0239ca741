/** Powerful features of https://github.com/w3c/webappsec-permissions-policy/blob/main/features.md that shops rarely need. */
const features = [
  'accelerometer',
  'autoplay',
  'bluetooth',
  'camera',
  'display-capture',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
]

/** The value of `Permissions-Policy`: off is what is not allowed, to the page itself or to frames of `delegated`. */
export function permissionsPolicy(
  allowed: Readonly<Record<string, 'self'>> = {},
  delegated: Readonly<Record<string, string>> = {},
): string {
  const names = new Set([...features, ...Object.keys(allowed)])
  for (const name of names) {
    if (!/^[a-z-]+$/.test(name) || (allowed[name] ?? 'self') !== 'self') {
      throw new TypeError(
        `securityHeaders: feature "${name}" cannot be set so. Write its name with the value "self".`,
      )
    }
  }
  const list = (name: string) => {
    const frame = delegated[name]
    return frame === undefined ? `(${allowed[name] ?? ''})` : `(self "${frame}")`
  }
  return [...names].map((name) => `${name}=${list(name)}`).join(', ')
}
