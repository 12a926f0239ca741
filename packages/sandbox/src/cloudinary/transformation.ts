import { isFormatOf } from './media.js'
import { invalid, notInSandbox } from './refusal.js'
import type { ResourceType } from './state.js'

/** What a transformation says that matters when the original bytes are sent. */
export interface Transformation {
  /** `f_auto`: what is sent depends on the Accept header. */
  isAutoFormat: boolean
  /** `fl_attachment`, with a name if it has one. */
  attachment?: { filename?: string }
}

/** Whether a part of an address is read as a transformation: a short key, an underscore, a value. */
export function isTransformation(part: string): boolean {
  return /^([a-z]{1,3}_|\$)[^/]+$/.test(part)
}

/**
 * Checks a transformation: components between slashes, each of them parameters between commas. None is carried out.
 *
 * @throws Refusal
 */
export function readTransformation(text: string, resourceType: ResourceType): Transformation {
  const result: Transformation = { isAutoFormat: false }
  for (const component of text.split('/').filter(Boolean)) readComponent(component, resourceType, result)
  return result
}

function readComponent(component: string, resourceType: ResourceType, result: Transformation): void {
  const values = new Map<string, string>()
  for (const parameter of component.split(',')) {
    const [, key, value] = /^([a-z]{1,3})_(.+)$/.exec(parameter) ?? []
    if (key === undefined || value === undefined)
      throw invalid(`Invalid transformation component - ${parameter}`)
    checkParameter(key, value, parameter, resourceType)
    values.set(key, value)
  }
  checkGravity(values.get('g'), values.get('c'))
  if (values.get('f') === 'auto') result.isAutoFormat = true
  for (const flag of values.get('fl')?.split('.') ?? []) {
    const [name, filename] = flag.split(':')
    if (name === 'attachment') result.attachment = filename === undefined ? {} : { filename }
  }
}

function checkParameter(key: string, value: string, parameter: string, resourceType: ResourceType): void {
  if (others.has(key)) throw notInSandbox(`the transformation ${parameter}`)
  const known = Object.hasOwn(parameters, key) ? parameters[key] : undefined
  if (!known) throw invalid(`Invalid transformation component - ${parameter}`)
  if (!known.isRight(value, resourceType)) throw invalid(`Invalid ${known.name} in transformation: ${value}`)
}

/** Documented: automatic gravity where nothing is cut off is refused. */
function checkGravity(gravity: string | undefined, crop = 'scale'): void {
  if (!gravity?.startsWith('auto') || cutting.has(crop)) return
  throw invalid(`Invalid gravity in transformation: ${gravity} cannot be used with crop mode ${crop}`)
}

const cutting = new Set(['auto', 'crop', 'fill', 'fill_pad', 'lfill', 'thumb'])
const crops = new Set([...cutting, 'auto_pad', 'fit', 'limit', 'lpad', 'mfit', 'mpad', 'pad', 'scale'])
const gravities =
  /^(auto(:[\w:.-]+)?|center|(north|south)(_east|_west)?|east|west|xy_center|(adv_)?faces?(:(center|auto))?|body|custom)$/
const flags = new Set([
  ...['animated', 'any_format', 'attachment', 'awebp', 'force_strip', 'immutable_cache', 'keep_attribution'],
  ...['keep_dar', 'keep_iptc', 'lossy', 'no_overflow', 'preserve_transparency', 'progressive', 'relative'],
  ...['sanitize', 'strip_profile'],
])

interface Parameter {
  name: string
  isRight: (value: string, resourceType: ResourceType) => boolean
}

/** The parameters that are taken, with the values that they may have (cloudinary.com/documentation/transformation_reference). */
const parameters: Record<string, Parameter> = {
  w: {
    name: 'width',
    isRight: (value) => isSide(value) || /^(iw|auto(:\d+|:breakpoints[\w:]*)?)$/.test(value),
  },
  h: { name: 'height', isRight: (value) => isSide(value) || value === 'ih' },
  ar: {
    name: 'aspect ratio',
    isRight: (value) => /^([1-9]\d*:[1-9]\d*|\d*\.?\d+)$/.test(value) && !/^[0.]+$/.test(value),
  },
  c: { name: 'crop', isRight: (value) => crops.has(value) },
  g: { name: 'gravity', isRight: (value) => gravities.test(value) },
  dpr: { name: 'dpr', isRight: (value) => value === 'auto' || isDecimal(value, 0.1, 10) },
  q: { name: 'quality', isRight: (value) => /^auto(:(best|good|eco|low))?$/.test(value) || isQuality(value) },
  f: {
    name: 'extension',
    isRight: (value, resourceType) => value === 'auto' || isFormatOf(resourceType, value),
  },
  fl: {
    name: 'flag',
    isRight: (value) => value.split('.').every((flag) => flags.has(flag.split(':')[0] ?? '')),
  },
}

/** Keys that Cloudinary has and the sandbox has not. */
const others = new Set(
  'a ac af b bl bo br co cs d dl dn du e eo fn fps if ki l o p pg r so sp t u vc vs x y z'.split(' '),
)

/** Pixels, or a part of the original written as a decimal. */
function isSide(value: string): boolean {
  return /^[1-9]\d{0,5}$/.test(value) || (/^\d*\.\d+$/.test(value) && Number(value) > 0)
}

function isQuality(value: string): boolean {
  return /^(?:[1-9]\d?|100)(:4(20|44))?$/.test(value)
}

function isDecimal(value: string, least: number, most: number): boolean {
  return /^\d+(\.\d+)?$/.test(value) && Number(value) >= least && Number(value) <= most
}
