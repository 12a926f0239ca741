import { expect, it } from 'vitest'
import { sandboxFor } from '../support.js'
import { jpg, mp4, png } from './pictures.js'
import { dataUri, refusalOf, refused, sdkFor, uploadBytes } from './support.js'

it('destroys what is there, and says not found of what is not, or is of another kind', async () => {
  const sandbox = await sandboxFor()
  const { uploader } = sdkFor(sandbox)
  await uploadBytes(sdkFor(sandbox), mp4, { public_id: 'film', resource_type: 'video' })
  expect(await uploader.destroy('film')).toEqual({ result: 'not found' })
  expect(await uploader.destroy('film', { resource_type: 'video', invalidate: true })).toEqual({
    result: 'ok',
  })
  expect(await uploader.destroy('film', { resource_type: 'video' })).toEqual({ result: 'not found' })
  expect(sandbox.cloudinary.totalBytes()).toBe(0)
  expect(await refusalOf(uploader.destroy('film', { resource_type: 'auto' }))).toEqual(
    refused(400, 'Invalid resource type auto'),
  )
})

it('renames, and never over another one unless told so', async () => {
  const sandbox = await sandboxFor()
  const { uploader } = sdkFor(sandbox)
  const tea = await uploader.upload(dataUri(png), { public_id: 'tea' })
  await uploader.upload(dataUri(jpg), { public_id: 'coffee' })
  expect(await refusalOf(uploader.rename('tea', 'coffee'))).toEqual(
    refused(400, 'to_public_id coffee already exists'),
  )
  expect(await refusalOf(uploader.rename('milk', 'water'))).toEqual(refused(404, 'Resource not found - milk'))
  const renamed = (await uploader.rename('tea', 'coffee', { overwrite: true })) as typeof tea
  expect(renamed).toMatchObject({ public_id: 'coffee', asset_id: tea.asset_id as string, format: 'png' })
  expect((await fetch(renamed.secure_url)).status).toBe(200)
  expect((await fetch(tea.secure_url)).status).toBe(404)
  expect(sandbox.cloudinary.totalBytes()).toBe(png.length)
})

it('says more of what is there with explicit', async () => {
  const { uploader } = sdkFor(await sandboxFor())
  await uploader.upload(dataUri(png), { public_id: 'tea', tags: 'a' })
  const said = { tags: ['b', 'c'], context: { alt: 'Tea' }, eager: [{ width: 10, crop: 'fit' }] }
  expect(await uploader.explicit('tea', { type: 'upload', ...said })).toMatchObject({
    tags: ['b', 'c'],
    context: { custom: { alt: 'Tea' } },
    eager: [{ transformation: 'c_fit,w_10' }],
  })
  expect(await refusalOf(uploader.explicit('milk', { type: 'upload' }))).toEqual(
    refused(404, 'Resource not found - milk'),
  )
})

it('lists in pages, by prefix, tag and ids, and tells all of one', async () => {
  const sandbox = await sandboxFor()
  const { api, uploader } = sdkFor(sandbox)
  for (const name of ['a/1', 'a/2', 'a/3', 'b/1']) {
    await uploader.upload(dataUri(png), { public_id: name, tags: name.endsWith('1') ? 'first' : 'other' })
  }
  type AssetApi = typeof api & { resource_by_asset_id: (assetId: string) => Promise<unknown> } // not in its types
  type Page = { resources: Array<{ public_id: string }>; next_cursor?: string }
  const namesOf = ({ resources }: Page) => resources.map(({ public_id }) => public_id)
  const list = (options: object) => api.resources({ type: 'upload', ...options }) as Promise<Page>
  const first = await list({ prefix: 'a/', max_results: 2 })
  expect(namesOf(first)).toEqual(['a/3', 'a/2'])
  const second = await list({ prefix: 'a/', max_results: 2, next_cursor: first.next_cursor })
  expect([namesOf(second), second.next_cursor]).toEqual([['a/1'], undefined])
  expect(namesOf((await api.resources({ direction: 'asc' })) as Page)).toEqual(['a/1', 'a/2', 'a/3', 'b/1'])
  expect(namesOf((await api.resources_by_tag('first')) as Page)).toEqual(['b/1', 'a/1'])
  expect(namesOf((await api.resources_by_ids(['a/2', 'none'])) as Page)).toEqual(['a/2'])
  const one = (await api.resource('a/2')) as { asset_id: string }
  expect(one).toMatchObject({ public_id: 'a/2', tags: ['other'], width: 40, format: 'png', derived: [] })
  expect(await (api as AssetApi).resource_by_asset_id(one.asset_id)).toMatchObject({ public_id: 'a/2' })
  expect(await refusalOf(api.resource('a/9'))).toEqual(refused(404, 'Resource not found - a/9'))
})

it('deletes many at once, up to a hundred', async () => {
  const sandbox = await sandboxFor()
  const { api, uploader } = sdkFor(sandbox)
  const fill = () =>
    Promise.all(
      ['a/1', 'a/2', 'b/1', 'b/2'].map((public_id) =>
        uploader.upload(dataUri(png), { public_id, tags: public_id.slice(2) }),
      ),
    )
  const left = () =>
    sandbox.cloudinary
      .assets()
      .map(({ publicId }) => publicId)
      .sort()
  await fill()
  expect(await api.delete_resources(['a/1', 'none'])).toMatchObject({
    deleted: { 'a/1': 'deleted', none: 'not_found' },
    deleted_counts: { 'a/1': { original: 1, derived: 0 }, none: { original: 0, derived: 0 } },
    partial: false,
  })
  await api.delete_resources_by_prefix('b/')
  expect(left()).toEqual(['a/2'])
  await fill()
  await api.delete_resources_by_tag('1')
  expect(left()).toEqual(['a/2', 'b/2'])
  await api.delete_all_resources()
  expect([left(), sandbox.cloudinary.totalBytes()]).toEqual([[], 0])
  const many = Array.from({ length: 101 }, (_, index) => `p${index}`)
  expect(await refusalOf(api.delete_resources(many))).toEqual(refused(400, /100 at most/))
})

it('counts the calls of the Admin API by the hour', async () => {
  const sandbox = await sandboxFor({
    startMs: Date.parse('2026-11-26T10:20:00Z'),
    cloudinary: { adminCallsPerHour: 2 },
  })
  const { api } = sdkFor(sandbox)
  expect(await api.ping()).toEqual({
    status: 'ok',
    rate_limit_allowed: 2,
    rate_limit_remaining: 1,
    rate_limit_reset_at: new Date('2026-11-26T11:00:00Z'),
  })
  await api.ping()
  expect(await refusalOf(api.ping())).toEqual(
    refused(
      420,
      'Rate Limit Exceeded. Limit of 2 api operations reached. Try again on 2026-11-26 11:00:00 UTC',
    ),
  )
  await sandbox.clock.advance(40 * 60_000)
  expect(await api.ping()).toMatchObject({ rate_limit_remaining: 1 })
})

it('refuses wrong credentials, and by name what it does not have', async () => {
  const sandbox = await sandboxFor()
  expect(await refusalOf(sdkFor(sandbox, { api_key: '1' }).api.ping())).toEqual(
    refused(401, 'unknown api_key'),
  )
  expect(await refusalOf(sdkFor(sandbox, { api_secret: 'x' }).api.ping())).toEqual(
    refused(401, 'api_secret mismatch'),
  )
  const { api, uploader } = sdkFor(sandbox)
  expect(await refusalOf(uploader.explode('a', { page: 'all' }))).toEqual(
    refused(400, 'Not in the sandbox: POST /image/explode'),
  )
  expect(await refusalOf(api.usage())).toEqual(refused(400, 'Not in the sandbox: GET /usage'))
  expect(await refusalOf(api.resource('a', { colors: true }))).toEqual(
    refused(400, /^Not in the sandbox: the parameter colors of GET /),
  )
  expect(await refusalOf(uploader.explicit('a', { type: 'upload', moderation: 'manual' }))).toEqual(
    refused(400, 'Not in the sandbox: the parameter moderation of explicit'),
  )
})
