import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanName, isKey, newKey } from '../src/names.js'

describe('the name that the client gave', () => {
  it.each([
    ['holiday.jpg', 'holiday.jpg'],
    ['kahawa ya asubuhi ☕.png', 'kahawa ya asubuhi ☕.png'],
    ['a\r\nSet-Cookie: x=1.png', 'aSet-Cookie_ x=1.png'],
    ['"; filename="evil.html', '_; filename=_evil.html'],
    ['C:\\fakepath\\me.png', 'me.png'],
    ['../../etc/passwd', 'passwd'],
    ['.htaccess', 'htaccess'],
    ['invoice\u202egpj.exe', 'invoicegpj.exe'],
    ['e\u0301te\u0301.png', 'été.png'],
    ['\u0000', 'file'],
    ['...', 'file'],
    ['', 'file'],
  ])('%j becomes %j', (given, cleaned) => {
    expect(cleanName(given)).toBe(cleaned)
  })

  it('has at most 255 bytes, and keeps its extension', () => {
    const cleaned = cleanName(`${'ñ'.repeat(300)}.png`)
    expect(Buffer.byteLength(cleaned)).toBeLessThanOrEqual(255)
    expect(cleaned).toMatch(/^ñ+\.png$/)
  })

  it('is fit to be shown, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const cleaned = cleanName(given)
        expect(cleaned).not.toMatch(/[\p{C}"/\\<>|:*?]|^\.|^$/u)
        expect(Buffer.byteLength(cleaned)).toBeLessThanOrEqual(255)
      }),
    )
  })
})

describe('a key', () => {
  it('has a prefix, a random name, and the extension of the kind', () => {
    expect(newKey('products', 'jpeg')).toMatch(/^products\/[0-9a-f-]{36}\.jpg$/)
    expect(isKey(newKey('users/faces', 'mp4'))).toBe(true)
  })

  it('is no path out of its folder, whatever somebody writes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('..', '.', '/', '\\', 'a', '%2e', '\0', '.jpg')), (parts) => {
        const key = parts.join('')
        if (isKey(key)) expect(join('/files', key)).toBe(`/files/${key}`)
        if (/\.\.|\\|%|\0|^\/|\/$|\/\//.test(key)) expect(isKey(key)).toBe(false)
      }),
    )
    for (const key of [undefined, null, 7, {}, ['a.jpg']]) expect(isKey(key)).toBe(false)
  })
})
