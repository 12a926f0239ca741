/**
 * The addresses from which Safaricom publishes that callbacks come: single addresses, not ranges
 * (Daraja portal, "Getting Started", as quoted by several integrations; the list may grow without notice).
 */
export const SAFARICOM_CALLBACK_ADDRESSES: readonly string[] = [
  '196.201.214.200',
  '196.201.214.206',
  '196.201.214.207',
  '196.201.214.208',
  '196.201.213.114',
  '196.201.213.44',
  '196.201.212.127',
  '196.201.212.138',
  '196.201.212.129',
  '196.201.212.136',
  '196.201.212.74',
  '196.201.212.69',
]

/** True if `ip` (IPv4, also in its IPv6-mapped form) is in the list. */
export function isListed(ip: string | undefined, list: ReadonlySet<string>): boolean {
  return ip !== undefined && list.has(ip.replace(/^::ffff:/i, ''))
}
