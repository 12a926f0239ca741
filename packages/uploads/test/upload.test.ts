import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as sample from './samples.js'
import { expressVersions } from './serve.js'
import { form, rawEnd, rawPart, rawType, send, startApp } from './support.js'

describe.each(expressVersions)('a form with files on %s', (_name, express) => {
  it('is taken: the file is stored, and the handler told what it is', async () => {
    await using app = await startApp(express)
    const bytes = sample.jpeg(400, 300, 20_000)
    const data = form({ bytes, name: 'asubuhi njema.jpg' })
    data.append('alt', 'Kikombe cha kahawa')
    const { status, file, fields } = await send(`${app.url}/one`, data)
    expect(status).toBe(200)
    expect(file).toEqual({
      key: expect.stringMatching(/^picture\/[0-9a-f-]{36}\.jpg$/) as string,
      kind: 'jpeg',
      type: 'image/jpeg',
      bytes: 20_000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      width: 400,
      height: 300,
      originalName: 'asubuhi njema.jpg',
      field: 'picture',
      details: {},
    })
    expect(fields).toEqual({ alt: 'Kikombe cha kahawa' })
    expect(app.memory.files.get(file!['key'] as string)).toEqual(bytes)
  })

  it('may have as many files as its policy says, and no more', async () => {
    await using app = await startApp(express)
    const three = [sample.jpeg(), sample.png(), sample.webp()].map((bytes) => ({ bytes }))
    const { files } = await send(`${app.url}/many`, form(...three))
    expect(files?.map(({ kind }) => kind)).toEqual(['jpeg', 'png', 'webp'])
    expect(app.memory.files.size).toBe(3)
    expect(await send(`${app.url}/many`, form(...three, ...three))).toMatchObject({
      status: 400,
      code: 'UPLOADS_TOO_MANY_FILES',
    })
    expect(await send(`${app.url}/one`, form(...three))).toMatchObject({ code: 'UPLOADS_TOO_MANY_FILES' })
    expect(app.memory.files.size).toBe(3)
  })

  it('may have a file of exactly the limit, and not one byte more', async () => {
    await using app = await startApp(express)
    const ofBytes = (bytes: number) => send(`${app.url}/one`, form({ bytes: sample.jpeg(40, 30, bytes) }))
    expect(await ofBytes(100_000)).toMatchObject({ status: 200, file: { bytes: 100_000 } })
    const refused = await ofBytes(100_001)
    expect(refused).toMatchObject({ status: 413, code: 'UPLOADS_FILE_TOO_LARGE' })
    expect(refused.message).toContain('97.7 KB')
    expect(app.memory.files.size).toBe(1)
  })

  it('is stored whole or not at all: one bad file takes the others with it', async () => {
    await using app = await startApp(express)
    const [good, bad] = [{ bytes: sample.jpeg() }, { bytes: Buffer.from('<html>') }]
    for (const parts of [
      [good, bad],
      [bad, good],
      [good, good, bad],
    ]) {
      const answer = await send(`${app.url}/many`, form(...parts))
      expect(answer).toMatchObject({ status: 415, code: 'UPLOADS_KIND_REFUSED' })
      expect(app.memory.files.size).toBe(0)
    }
  })

  it.each([
    [
      'HTML named as a picture',
      Buffer.from('<script>alert(1)</script>'),
      'image/png',
      'UPLOADS_KIND_REFUSED',
    ],
    ['an SVG named as a picture', sample.svg, 'image/png', 'UPLOADS_KIND_REFUSED'],
    ['an SVG named as such', sample.svg, 'image/svg+xml', 'UPLOADS_KIND_REFUSED'],
    ['a picture of a kind that is not taken', sample.gif(), 'image/png', 'UPLOADS_KIND_REFUSED'],
    ['a picture that says it is HTML', sample.png(), 'text/html', 'UPLOADS_KIND_REFUSED'],
    ['a picture that says nothing', sample.png(), 'application/octet-stream', 'UPLOADS_KIND_REFUSED'],
    ['a picture without pixels', sample.png(0, 0), 'image/png', 'UPLOADS_IMAGE_UNREADABLE'],
    ['half a header', sample.png().subarray(0, 12), 'image/png', 'UPLOADS_IMAGE_UNREADABLE'],
  ])('is refused with %s', async (_what, bytes, type, code) => {
    await using app = await startApp(express)
    expect(await send(`${app.url}/one`, form({ bytes, type }))).toMatchObject({ status: 415, code })
    expect(app.memory.files.size).toBe(0)
  })

  it('is refused with a film that says it is a picture, though both are taken', async () => {
    await using app = await startApp(express, { policy: { kinds: ['jpeg', 'mp4'] } })
    const lie = form({ bytes: sample.mp4(), type: 'image/jpeg' })
    expect(await send(`${app.url}/one`, lie)).toMatchObject({ status: 415, code: 'UPLOADS_KIND_MISMATCH' })
    const truth = form({ bytes: sample.mp4(), type: 'video/mp4' })
    expect(await send(`${app.url}/one`, truth)).toMatchObject({ file: { kind: 'mp4' } })
  })

  it('may say JPEG of a PNG: the key has what it is', async () => {
    await using app = await startApp(express)
    const { file } = await send(`${app.url}/one`, form({ bytes: sample.png(), name: 'shell.php.jpg' }))
    expect(file).toMatchObject({ kind: 'png', type: 'image/png' })
    expect(file!['key']).toMatch(/^[\w/-]+\.png$/)
  })

  it('is refused with an empty file, and without any', async () => {
    await using app = await startApp(express)
    const empty = await send(`${app.url}/one`, form({ bytes: Buffer.alloc(0) }))
    expect(empty).toMatchObject({ status: 400, code: 'UPLOADS_FILE_EMPTY' })
    const none = new FormData()
    none.append('alt', 'text alone')
    expect(await send(`${app.url}/one`, none)).toMatchObject({ status: 400, code: 'UPLOADS_FILE_MISSING' })
    await using lenient = await startApp(express, { policy: { minFiles: 0 } })
    expect(await send(`${lenient.url}/many`, none)).toMatchObject({ status: 200, files: [] })
  })

  it('is refused with a picture of more pixels than are taken, however few its bytes', async () => {
    await using app = await startApp(express, { policy: { maxPixels: 1_000_000, maxWidth: 4_000 } })
    const ofSize = (width: number, height: number) =>
      send(`${app.url}/one`, form({ bytes: sample.png(width, height) }))
    expect(await ofSize(1_000, 1_000)).toMatchObject({ status: 200 })
    expect(await ofSize(1_001, 1_000)).toMatchObject({ status: 413, code: 'UPLOADS_IMAGE_TOO_LARGE' })
    expect(await ofSize(4_001, 10)).toMatchObject({ status: 413, code: 'UPLOADS_IMAGE_TOO_LARGE' })
  })

  it('is refused with a file in another field', async () => {
    await using app = await startApp(express)
    const data = form({ bytes: sample.jpeg(), field: 'avatar' })
    const answer = await send(`${app.url}/one`, data)
    expect(answer).toMatchObject({ status: 400, code: 'UPLOADS_FIELD_UNEXPECTED' })
    expect(answer.message).not.toContain('avatar')
  })

  it('is refused with more text than its policy allows', async () => {
    await using app = await startApp(express, { policy: { maxFields: 2, maxFieldBytes: 10 } })
    const withFields = (fields: Record<string, string>) => {
      const data = form({ bytes: sample.jpeg() })
      for (const [name, value] of Object.entries(fields)) data.append(name, value)
      return send(`${app.url}/one`, data)
    }
    expect(await withFields({ a: '0123456789', b: '' })).toMatchObject({ status: 200 })
    const tooLarge = { status: 413, code: 'UPLOADS_FORM_TOO_LARGE' }
    expect(await withFields({ a: '0123456789+' })).toMatchObject(tooLarge)
    expect(await withFields({ a: '', b: '', c: '' })).toMatchObject(tooLarge)
    expect(await withFields({ ['a'.repeat(101)]: '' })).toMatchObject(tooLarge)
    expect(await withFields({ 'a[b]': '' })).toMatchObject({ status: 400, code: 'UPLOADS_MALFORMED' })
    expect(app.memory.files.size).toBe(1)
  })

  it('keeps no control character of a name, also where browsers have escaped it', async () => {
    await using app = await startApp(express)
    const named = (name: string) => {
      const head = `Content-Disposition: form-data; name="picture"; filename="${name}"\r\nContent-Type: image/jpeg`
      const body = Buffer.concat([rawPart(head, sample.jpeg()), rawEnd])
      return send(`${app.url}/one`, new Uint8Array(body), { headers: rawType })
    }
    expect(await named('a%0D%0ASet-Cookie: x.jpg')).toMatchObject({
      file: { originalName: 'aSet-Cookie_ x.jpg' },
    })
    expect(await named('señorita.jpg')).toMatchObject({ file: { originalName: 'señorita.jpg' } })
  })

  it.each([
    ['no parts', ''],
    ['half a part', '--edge\r\nContent-Disposition: form-data; name="picture"; filename="a.jpg"\r\n\r\nabc'],
    ['a part without a name', '--edge\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--edge--\r\n'],
    [
      'a field of the prototype',
      '--edge\r\nContent-Disposition: form-data; name="__proto__[x]"\r\n\r\n1\r\n--edge--',
    ],
  ])('is refused with %s', async (_what, body) => {
    await using app = await startApp(express)
    const answer = await send(`${app.url}/one`, body, { headers: rawType })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.code).toMatch(/^UPLOADS_(MALFORMED|KIND_REFUSED)$/)
    expect(Object.prototype).not.toHaveProperty('x')
    expect(app.memory.files.size).toBe(0)
  })

  it('is refused when it is no form of files, or has no boundary', async () => {
    await using app = await startApp(express)
    const json = await send(`${app.url}/one`, '{}', { headers: { 'Content-Type': 'application/json' } })
    expect(json).toMatchObject({ status: 415, code: 'UPLOADS_NOT_MULTIPART' })
    const edgeless = await send(`${app.url}/one`, 'x', { headers: { 'Content-Type': 'multipart/form-data' } })
    expect(edgeless).toMatchObject({ status: 400, code: 'UPLOADS_MALFORMED' })
  })
})
