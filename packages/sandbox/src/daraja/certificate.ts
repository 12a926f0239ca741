import { createPrivateKey } from 'node:crypto'

/**
 * The certificate with which applications encrypt the initiator's password: RSA 2048, valid until 2126. It is no
 * secret, and the same in every sandbox, so that a `.env` written once goes on working.
 */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIDXzCCAkegAwIBAgIUL8fafHveS0oMvXNuqRCwziTIDOAwDQYJKoZIhvcNAQEL
BQAwPjEZMBcGA1UECgwQRW1lbnRlY2ggc2FuZGJveDEhMB8GA1UEAwwYZGFyYWph
LnNhbmRib3gubG9jYWxob3N0MCAXDTI2MTEyNjEwNTMyNloYDzIxMjYxMTAyMTA1
MzI2WjA+MRkwFwYDVQQKDBBFbWVudGVjaCBzYW5kYm94MSEwHwYDVQQDDBhkYXJh
amEuc2FuZGJveC5sb2NhbGhvc3QwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK
AoIBAQCmRlr7MrgBkjbkfhQ3wuXILlnkYH2Bd3Hh0bLD/NqdP22kDPNBAQOru48W
cvfZeorrcs/G0a4aqVLZLBw421OoKOgGqerIpXnkCTs8MDqY2h6gfEne0fL9OGQp
Tb9Cu3VeKMuGb3I7DndrmrXW2TpgRiENsrhKAhHFs6ZsU1bv1lY4dcH4WOtwphGQ
T2bCv68upD3REY1SGZSU65KNKpw4/Fau2BLUE+k+YEwbYOMXRilkriaSX9qt8wKY
ZOYlHpWBx0+j3NrRXKX9by/RNPX5lsoLYnRLpMsaA3FYWZhO/Jhvbn4cpIolmRRS
HPQ6sU80gaKsb/c4ZPwseET1j+hZAgMBAAGjUzBRMB0GA1UdDgQWBBSWYO7zDCb5
MqLsVqTygzDOFreTWjAfBgNVHSMEGDAWgBSWYO7zDCb5MqLsVqTygzDOFreTWjAP
BgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQBMc2dYnVz+tOyU4aSL
UjO3t498Ml5fH2tfZBmMTEwhEYAh0vEE/2WHFZ7J1TWfMbeTO89WPEKXhElW23d8
PJY+lKtsu7ui/GYp8ymU7JZJv3k2/SxqqsIICVg+D5CFMopQrEJ0wG1AGmeLh5dn
3R/CNluMbbKvhV5DfTFMZp4MBP7/j+MsaWRVpxcRMTjySyF8n0h8TJywTK/+cfkB
6s27RXIrJmJd6StYsBNy0ZARKUTqGhF40mwN7OHBRCD/438T7sxvnu2WvSahRGZ5
0Sa6m9aZ5DvWnhHmw2+adR+tAEplUjq2Z2C+rp7b1iUgsHTdkwWR7U/k87BULDUc
cSPE
-----END CERTIFICATE-----
`

/** Its key, as public as the certificate: it opens passwords of sandboxes and nothing else. PKCS#8. */
export const certificateKey = createPrivateKey({
  key: Buffer.from(
    [
      'MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQCmRlr7MrgBkjbkfhQ3wuXILlnkYH2Bd3Hh0bLD/NqdP22kDPNB',
      'AQOru48WcvfZeorrcs/G0a4aqVLZLBw421OoKOgGqerIpXnkCTs8MDqY2h6gfEne0fL9OGQpTb9Cu3VeKMuGb3I7DndrmrXW2Tpg',
      'RiENsrhKAhHFs6ZsU1bv1lY4dcH4WOtwphGQT2bCv68upD3REY1SGZSU65KNKpw4/Fau2BLUE+k+YEwbYOMXRilkriaSX9qt8wKY',
      'ZOYlHpWBx0+j3NrRXKX9by/RNPX5lsoLYnRLpMsaA3FYWZhO/Jhvbn4cpIolmRRSHPQ6sU80gaKsb/c4ZPwseET1j+hZAgMBAAEC',
      'ggEADgyczGPVM2DI3Zafm7SOmNL9ynOytxlCGJwQ2EmJqUa+O2HSvffZeQ3AgduWAJy/lzRcxQZbiSosc2gsPEuf7nICZOm/ilOd',
      'EH0NMcE7ekXX16SY00h3GRlGMU0972QKfznANKw/ASlwQrnQSoaRTagvS8qBktNI8CUFV1rVWi9lnVyyaGPGHPdsUL+0xUL+Amd3',
      '5akekdofUDaYkKOhp9LCXpsAGkAt7ccmGvVLopFHcBqOaV+03noZj0Pd8RdjEBLMpe7mv9UhLjlxotFtYAlyTdeqhU3eIR9If/va',
      'e52PKUnMFUm4sNCQy73C/8qIU9GaXBGHvmEuO+sWdYnK1wKBgQDgcesNA112+TlRB/MYbxLxf4POGnIf7nmZ7TbhbgrFvs03lnmp',
      'ro/a6aEcj99XYNZUTXTMa5UGqOm1ZN9F5JKxmO+YAiMNNXSOC3tqWHg6Dr/TidugG5msidSHDTAZKKpWw2Y1ZsiagzmylKkqTHnQ',
      'wdRUJbnbmgq55jgeUBSZcwKBgQC9ptA/b4e9kYsQ60rUfQ/SrWrOkmaNrqu8sOjrUIkRPO7UUvLSxWPfFfB+5OuATNPrrfsr+IKm',
      'zEpGyBArITXTVnvquoC/IM0SQ/tn47YLezOvXgvc23J+SI20ZmAYnMjNHAbtGekRAsYfl+8M9kJmF2vzuNpoRcF8W6/Bpo50AwKB',
      'gQC5ot8zYy4h4h5a/AU/l1cGsV4V0N/Fs1uWSZITwA1e4uIfcPDtvDi1anjcA89JGQoMrgfFr9GRsZGje2wEBfqis4ivpEzTdvwR',
      'JEQOgF/oPRzB3QrvEQT4pQNINEss8+p3WqQl1P5kddb58mU8XAaA+GAivRVNIcpvWY/e2oM/KwKBgQCEhmDXMzSDf4TSGdl8irfX',
      '3F7aYutO7lQL0wOwC+L8LLwnmp8cMdsMNOSNh6IZUZZ1BmqR22JQ9EijFYJW4SofuDt3V0RISr+CmAbCHhlEBJ+lV+6qMp7bKA/9',
      'k9xq1oRq777XSFfZDzsrMJxXTm4vsQY6lV3pp3UBVYCHrb+1yQKBgQCbKyXZganuSsTit3MDyN15f2yRRmek33LLM9vwgScIjUxY',
      'mCO0PbjCGO7U/mIG1/yNZf2dwAsZw3ImcEEA1L8jR4COedfClEbjbXWBR/wzmElYpkH23Tzp3LKsrD9KFyJyujxAG0fKiLZs+oRj',
      '1xvpSQJVI28qcG8YEhohlbjQvA==',
    ].join(''),
    'base64',
  ),
  format: 'der',
  type: 'pkcs8',
})
