import { at, c, ellipse, inside, line, path, round, times } from './draw.mjs'

const sole =
  'M0 -330C92 -330 128 -240 116 -150C106 -70 84 -20 92 80C102 210 84 330 -4 330C-92 330 -104 210 -88 90C-76 0 -116 -60 -118 -160C-120 -260 -80 -330 0 -330Z'
const strap = (d, width = 44) => line(d, c.ink, width, '') + line(d, '#4a3f39', width - 12, '')
const stud = (x, y) => ellipse(x, y, 11, 11, c.ochre) + ellipse(x - 3, y - 3, 4, 4, c.cream)
const sandal = `
  <path d="${sole}" transform="translate(26 22)" fill="${c.ink}" opacity=".16"/>
  <path d="${sole}" fill="${c.ink}" stroke="${c.ink}" stroke-width="30" stroke-dasharray="20 10"/>
  <path d="${sole}" fill="#3b332e"/>
  <g transform="scale(.84 .92)"><path d="${sole}" fill="#8a6a50"/></g>
  ${inside('footbed', sole, times(9, (i) => line(`M-70 ${-20 + i * 34}L0 ${-4 + i * 34}L70 ${-20 + i * 34}`, c.bark, 5, 'opacity=".4"')) + path('M60 -340C90 -100 40 100 70 340H140V-340Z', c.ink, 'opacity=".18"'))}
  ${strap('M-128 -166C-60 -140 40 -70 108 -40')}${strap('M126 -166C60 -140 -40 -70 -106 -40')}
  ${strap('M-100 120C-40 70 50 70 104 120', 50)}${times(5, (i) => ellipse(-56 + i * 29, 96 - Math.sin(((i + 0.5) / 5) * Math.PI) * 16, 9, 9, [c.red, c.cream, c.ochre, c.cream, c.sea][i]))}
  ${stud(0, -106)}${stud(-104, -158)}${stud(104, -158)}${stud(-88, -46)}${stud(90, -46)}`
const akala = `
  <rect width="1000" height="1000" fill="#e9b353"/>
  <circle cx="500" cy="500" r="430" fill="#f0c374"/>
  ${at(340, 512, -9, 1.1, sandal)}
  <g transform="translate(666 492) rotate(9) scale(-1.1 1.1)">${sandal.replaceAll('footbed', 'footbed2')}</g>`

const colours = { w: c.cream, r: c.red, b: '#35589b', o: c.ochre, g: c.leaf, k: c.ink }
// Ten beads repeat around the bracelet; one string a row.
const weave = [
  'bbbbbbbbbb',
  'wwwwwwwwww',
  'rrrrwwrrrr',
  'rrrwggwrrr',
  'rrwgkkgwrr',
  'rrrwggwrrr',
  'rrrrwwrrrr',
  'wwwwwwwwww',
  'oooooooooo',
]
// A bead grows narrow towards the sides, as it does on a wrist.
function bead(i, r) {
  const a = ((i + 0.5) / 60) * Math.PI
  const rx = Math.max(4.4, 8.8 * Math.sin(a) ** 0.7)
  return `<ellipse cx="${round(500 + 318 * Math.cos(a))}" cy="${round(400 + 128 * Math.sin(a) + r * 28)}" rx="${round(rx)}" ry="13"/>`
}
const arc = (y, sweep) => `M182 ${y}A318 128 0 0 ${sweep} 818 ${y}`
const inner = times(8, (r) =>
  line(
    arc(412 + r * 28, 1),
    ['#8d3a33', '#a04840'][r % 2],
    20,
    'stroke-dasharray="0 17" stroke-linecap="round"',
  ),
)
const outer = Object.entries(colours)
  .map(
    ([key, fill]) =>
      `<g fill="${fill}">${weave.map((row, r) => times(60, (i) => (row[i % 10] === key ? bead(i, r) : ''))).join('')}</g>`,
  )
  .join('')
const shanga = `
  <rect width="1000" height="1000" fill="${c.blush}"/><circle cx="500" cy="500" r="430" fill="${c.rose}"/>
  ${ellipse(540, 716, 350, 120, c.ink, 'opacity=".16"')}
  ${path('M182 400A318 128 0 0 1 818 400V624A318 128 0 0 0 182 624Z', '#5d2421')}${inner}
  ${path('M176 388A324 134 0 0 0 824 388V636A324 134 0 0 1 176 636Z', '#3a2a24')}${outer}
  ${path('M716 490A324 134 0 0 0 824 388V636A324 134 0 0 1 716 738Z', c.ink, 'opacity=".22"')}`

/** What is worn. */
export const wear = { akala, shanga }
