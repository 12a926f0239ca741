import express from 'express'
import { describe, expect, it } from 'vitest'
import { createUploads, getUploads, type UploadPolicy } from '../src/index.js'
import { memoryStorage } from '../src/testing.js'

const storage = memoryStorage()
const withPolicy = (policy: object) => () =>
  createUploads({ storage, policies: { picture: { kinds: ['jpeg'], ...policy } as UploadPolicy } })

describe('createUploads()', () => {
  it.each([
    [
      'no storage',
      () => createUploads({ policies: { a: { kinds: ['jpeg'] } } } as never),
      /storage is required/,
    ],
    ['no policies', () => createUploads({ storage, policies: {} }), /policies is required/],
    ['a policy without kinds', withPolicy({ kinds: [] }), /kinds is required/],
    ['a kind that is not known', withPolicy({ kinds: ['svg'] }), /"svg" is not known. There are jpeg/],
    [
      'an option of a policy that is not known',
      withPolicy({ maxFileByte: 1 }),
      /Did you mean "maxFileBytes"/,
    ],
    ['half a byte', withPolicy({ maxFileBytes: 0.5 }), /maxFileBytes is 0.5/],
    ['no end', withPolicy({ maxFileBytes: Infinity }), /maxFileBytes is Infinity/],
    ['more files than are taken', withPolicy({ maxFiles: 1, minFiles: 2 }), /minFiles/],
    ['a prefix that is a path', withPolicy({ prefix: '../up' }), /prefix "..\/up" must be like/],
  ])('refuses %s', (_what, create, message) => {
    expect(create).toThrow(TypeError)
    expect(create).toThrow(message)
  })

  const uploads = withPolicy({})()

  it('refuses a policy by a name that nobody has given', () => {
    expect(() => uploads.single('picture', 'pictures' as never)).toThrow(/There are picture/)
  })

  it('refuses to name or remove what is no key', async () => {
    expect(() => uploads.url({ key: '../x.jpg' })).toThrow(TypeError)
    expect(() => uploads.url(undefined as never)).toThrow(TypeError)
    await expect(uploads.remove({ key: '/etc/passwd' })).rejects.toThrow(TypeError)
  })

  it.each([
    { width: 1.5 },
    { width: 0 },
    { quality: 101 },
    { crop: 'c_fill,e_blur' },
    { format: 'svg' },
    { with: 1 },
  ])('refuses the transformation %j', (transform) => {
    expect(() => uploads.url({ key: 'a/b.jpg' }, transform as never)).toThrow(TypeError)
  })

  it('says that a storage without serve() needs none', () => {
    expect(() => uploads.serve()).toThrow(/serves its files by itself/)
  })
})

describe('getUploads()', () => {
  it('says which middleware is missing', () => {
    const { request } = express()
    expect(() => getUploads(request)).toThrow(/Mount single\(\) or array\(\) before/)
  })
})
