import { c, ellipse, inside, line, path, rect, room, round, times } from './draw.mjs'

const stripes = [
  [0, 40, c.indigo],
  [40, 12, c.cream],
  [52, 30, c.ochre],
  [82, 12, c.cream],
  [94, 46, c.clay],
  [140, 10, c.cream],
  [150, 18, c.indigo],
  [168, 164, c.cream],
  [332, 18, c.indigo],
  [350, 10, c.cream],
  [360, 46, c.clay],
  [406, 12, c.cream],
  [418, 30, c.ochre],
  [448, 12, c.cream],
  [460, 40, c.indigo],
]
const hanging =
  'M250 168H750V748C700 762 660 738 610 750C560 762 540 740 490 752C440 764 400 740 350 750C310 758 290 752 250 748Z'
const kikoi = `
  <rect width="1000" height="1000" fill="${c.mist}"/>
  ${path('M290 190H800V790H290Z', c.ink, 'opacity=".1"')}
  ${line('M190 168L500 44L810 168', c.bark, 7)}${ellipse(500, 44, 13, 13, c.ink)}
  ${rect(160, 156, 680, 26, c.kraft, 13)}${rect(160, 170, 680, 12, c.bark, 6, 'opacity=".35"')}
  ${inside('kikoi', hanging, stripes.map(([x, w, fill]) => rect(250 + x, 160, w, 640, fill)).join('') + times(11, (i) => line(`M${432 + i * 14} 160V800`, c.sand, 3)) + path('M330 160C356 400 326 600 350 800H400C380 600 410 400 390 160Z', c.ink, 'opacity=".1"') + path('M560 160C590 400 556 600 586 800H640C616 600 640 400 626 160Z', c.ink, 'opacity=".12"') + path('M700 160V800H760V160Z', c.ink, 'opacity=".14"') + path('M250 156H750V206C600 190 400 190 250 206Z', c.ink, 'opacity=".12"'))}
  ${times(21, (i) => line(`M${262 + i * 23.8} 746C${256 + i * 23.8} 780 ${268 + i * 23.8} 800 ${262 + i * 23.8} ${round(842 + (i % 3) * 7)}`, stripes.find(([x, w]) => i * 23.8 + 12 >= x && i * 23.8 + 12 < x + w)?.[2] ?? c.cream, 8) + ellipse(262 + i * 23.8, 772, 8, 8, c.cream))}`

const check = (id, ground, dark, thread) => `
  <pattern id="${id}" width="120" height="120" patternUnits="userSpaceOnUse">
    ${rect(0, 0, 120, 120, ground)}${rect(0, 0, 46, 120, dark, 0, 'opacity=".62"')}${rect(0, 0, 120, 46, dark, 0, 'opacity=".62"')}
    ${rect(80, 0, 7, 120, thread, 0, 'opacity=".85"')}${rect(0, 80, 120, 7, thread, 0, 'opacity=".85"')}
  </pattern>`

/** One folded blanket: a soft fold on the left, its layers on the right. */
const fold = (y, h, fill, id) => {
  const r = h / 2
  const d = `M${210 + r} ${y}H790Q806 ${y} 806 ${y + 16}V${y + h - 16}Q806 ${y + h} 790 ${y + h}H${210 + r}A${r} ${r} 0 0 1 ${210 + r} ${y}Z`
  return inside(
    id,
    d,
    rect(200, y, 620, h, fill) +
      rect(200, y + h * 0.72, 620, h * 0.28, c.ink, 0, 'opacity=".22"') +
      rect(200, y, 620, h * 0.1, c.cream, 0, 'opacity=".14"') +
      line(`M300 ${y + h / 2}H820`, c.ink, 6, 'opacity=".5"') +
      path(
        `M700 ${y}H820V${y + h}H700C730 ${y + h * 0.7} 730 ${y + h * 0.3} 700 ${y}Z`,
        c.ink,
        'opacity=".14"',
      ),
  )
}

const flap = 'M330 322H650V694C610 706 570 690 530 700C490 710 450 692 410 702C380 708 350 704 330 700Z'
const shuka = `
  ${room('#d5d9cf', '#b6beb2', { rx: 350, cy: 838, y: 700 })}
  <defs>${check('a', c.red, c.ink, c.cream)}${check('b', '#3c5591', c.night, c.red)}${check('c', c.wine, c.ink, c.ochre)}</defs>
  ${fold(668, 172, 'url(#b)', 'f1')}${fold(500, 170, 'url(#c)', 'f2')}${fold(322, 180, 'url(#a)', 'f3')}
  ${path('M650 330H676V700C668 706 660 704 650 700Z', c.ink, 'opacity=".28"')}
  ${inside('flap', flap, rect(320, 310, 340, 420, 'url(#a)') + path('M470 322C490 460 460 580 490 710H540C516 580 540 460 524 322Z', c.ink, 'opacity=".16"') + rect(320, 318, 340, 20, c.cream, 0, 'opacity=".16"'))}
  ${times(14, (i) => line(`M${338 + i * 23.5} 698C${333 + i * 23.5} 716 ${343 + i * 23.5} 728 ${338 + i * 23.5} ${746 + (i % 3) * 6}`, i % 3 === 1 ? c.ink : c.red, 8))}`

const basket =
  'M252 430C252 600 268 730 330 800C366 838 420 846 500 846C580 846 634 838 670 800C732 730 748 600 748 430Z'
const rows = [
  ['n'],
  ['n'],
  [c.clay, 0],
  [c.clay, 30],
  ['n'],
  [c.forest, 15],
  [c.indigo, 0],
  [c.indigo, 30],
  [c.forest, 15],
  ['n'],
  [c.clay, 0],
  [c.clay, 30],
  ['n'],
  ['n'],
  [c.bark, 0],
  [c.bark, 30],
  ['n'],
  ['n'],
]
const kiondo = `
  ${room('#e8cfa0', '#d3ae74', { rx: 300, cy: 836 })}
  ${line('M356 420C356 120 644 120 644 420', c.bark, 26)}
  ${path(basket, c.straw)}
  ${inside(
    'basket',
    basket,
    rows
      .map(([colour, offset], i) => {
        const d = `M236 ${440 + i * 24}C380 ${512 + i * 24} 620 ${512 + i * 24} 764 ${440 + i * 24}`
        const weave = `<path d="${d}" fill="none" stroke="${c.sand}" stroke-width="20" stroke-dasharray="25 5" stroke-dashoffset="${(i % 2) * 15}"/>`
        const dye =
          colour === 'n'
            ? ''
            : `<path d="${d}" fill="none" stroke="${colour}" stroke-width="20" stroke-dasharray="25 35" stroke-dashoffset="${offset + (i % 2) * 15}"/>`
        return weave + dye
      })
      .join('') +
      path('M640 420C660 600 600 780 520 850H780V420Z', c.bark, 'opacity=".24"') +
      path('M250 430C262 600 320 760 400 830C340 720 310 560 312 440Z', c.cream, 'opacity=".28"'),
  )}
  ${ellipse(500, 430, 250, 66, c.kraft)}${ellipse(500, 430, 226, 50, c.bark)}${path('M274 430C300 470 400 482 500 482C600 482 700 470 726 430C690 456 610 466 500 466C390 466 310 456 274 430Z', '#7a5238')}
  <ellipse cx="500" cy="430" rx="238" ry="58" fill="none" stroke="${c.sand}" stroke-width="20" stroke-dasharray="20 6"/>
  ${line('M330 470C322 130 678 130 670 470', '#7a4a2e', 28)}${line('M338 400C350 196 640 180 664 400', c.kraft, 5, 'opacity=".55" stroke-dasharray="14 12"')}
  ${[330, 670].map((x) => rect(x - 24, 458, 48, 76, '#7a4a2e', 12) + ellipse(x, 482, 6, 6, c.ochre) + ellipse(x, 510, 6, 6, c.ochre)).join('')}`

/** What is woven. */
export const cloth = { kikoi, kiondo, shuka }
