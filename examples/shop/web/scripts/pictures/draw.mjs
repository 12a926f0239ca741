/** One palette for all pictures: Kenyan earth, cloth and leaves. */
export const c = {
  cream: '#fbf4e6',
  sand: '#ecdcc0',
  straw: '#e3c48d',
  kraft: '#c99d68',
  ochre: '#e2a233',
  honey: '#d9861c',
  clay: '#c4623c',
  red: '#b5382d',
  wine: '#7d2a2a',
  rose: '#e9c4b3',
  blush: '#f2dccf',
  plum: '#5d3a5c',
  lilac: '#d9cadb',
  leaf: '#5f8a57',
  forest: '#22483a',
  sage: '#c9d4bd',
  mist: '#c8d6d8',
  sea: '#3f7f8c',
  indigo: '#2d3d6b',
  night: '#1f2a47',
  bark: '#5a3a28',
  ink: '#2a211d',
}

/** A wall, a floor, and the soft pool of shadow that everything stands in. */
export const room = (wall, floor, { y = 720, cx = 500, cy = 832, rx = 300 } = {}) => `
  <rect width="1000" height="1000" fill="${wall}"/>
  <rect y="${y}" width="1000" height="${1000 - y}" fill="${floor}"/>
  ${ellipse(cx + 40, cy, rx, rx * 0.13, c.ink, 'opacity=".16"')}`

export const ellipse = (cx, cy, rx, ry, fill, more = '') =>
  `<ellipse cx="${round(cx)}" cy="${round(cy)}" rx="${round(rx)}" ry="${round(ry)}" fill="${fill}" ${more}/>`

export const path = (d, fill, more = '') => `<path d="${d}" fill="${fill}" ${more}/>`

export const line = (d, stroke, width, more = 'stroke-linecap="round"') =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" ${more}/>`

export const rect = (x, y, w, h, fill, r = 0, more = '') =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" rx="${r}" fill="${fill}" ${more}/>`

/** The same drawing, moved and turned. */
export const at = (x, y, turn, scale, drawing) =>
  `<g transform="translate(${x} ${y}) rotate(${turn}) scale(${scale})">${drawing}</g>`

/** Shapes that are seen only inside `d`. */
export const inside = (id, d, drawing) =>
  `<clipPath id="${id}"><path d="${d}"/></clipPath><g clip-path="url(#${id})">${drawing}</g>`

export const times = (n, draw) => Array.from({ length: n }, (_, i) => draw(i)).join('')

/** A leaf that points up, 200 tall, its stem at the origin. */
export const leaf = (fill, vein) =>
  path('M0 0C-62 -50 -62 -138 0 -200C62 -138 62 -50 0 0Z', fill) + line('M0 10V-160', vein, 6)

export const round = (n) => Math.round(n * 10) / 10
