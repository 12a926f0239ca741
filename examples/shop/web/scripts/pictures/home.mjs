import { at, c, ellipse, inside, line, path, rect, room, times } from './draw.mjs'

const bowl = 'M206 462C206 690 340 812 500 812C660 812 794 690 794 462Z'
const bakuli = `
  ${room(c.forest, '#1b3a2f', { rx: 300, cy: 838, y: 700 })}
  ${path('M392 780H608L632 832C632 850 368 850 368 832Z', '#c99481')}
  ${path(bowl, c.rose)}
  ${inside(
    'bowl',
    bowl,
    `
    ${path('M190 520C300 620 700 620 810 520V548C700 650 300 650 190 548Z', c.clay)}
    ${path('M190 640C300 742 700 742 810 640V654C700 756 300 756 190 654Z', c.clay)}
    ${times(13, (i) => {
      const x = 236 + i * 44
      const y = 648 - ((x - 500) / 300) ** 2 * 82
      return at(
        x,
        y,
        (500 - x) * 0.07,
        1,
        path('M0 -34L21 0L0 34L-21 0Z', i % 2 ? c.wine : c.clay) + path('M0 -14L9 0L0 14L-9 0Z', c.blush),
      )
    })}
    ${path('M680 450C690 620 620 760 520 820H820V450Z', c.wine, 'opacity=".2"')}
    ${path('M206 470C216 600 270 700 340 760C300 680 262 580 262 480Z', c.cream, 'opacity=".4"')}`,
  )}
  ${ellipse(500, 462, 294, 88, c.blush)}${ellipse(500, 464, 262, 70, '#d6a18d')}
  ${inside('well', 'M238 464A262 70 0 0 1 762 464A262 70 0 0 1 238 464Z', ellipse(540, 502, 250, 70, '#e2b5a2') + ellipse(540, 520, 120, 24, c.clay, 'opacity=".55"') + ellipse(540, 521, 84, 15, '#e2b5a2'))}`

const upper = 'M296 390H704C704 500 650 560 610 606H390C350 560 296 500 296 390Z'
const lower = 'M390 606H610L694 806C694 836 306 836 306 806Z'
const steel = '#6f7f8a'
const rest = (x, y) =>
  path(
    `M${x - 34} ${y}L${x - 24} ${y - 62}Q${x} ${y - 78} ${x + 24} ${y - 62}L${x + 34} ${y}Q${x} ${y + 16} ${x - 34} ${y}Z`,
    c.clay,
  ) +
  path(
    `M${x + 6} ${y + 6}L${x + 2} ${y - 70}Q${x + 16} ${y - 70} ${x + 24} ${y - 62}L${x + 34} ${y}Z`,
    c.wine,
    'opacity=".4"',
  )
const jiko = `
  ${room(c.night, '#172038', { rx: 300, cy: 834 })}
  ${ellipse(500, 330, 330, 300, c.clay, 'opacity=".16"')}${ellipse(500, 340, 230, 210, c.ochre, 'opacity=".2"')}
  ${[
    [420, 250, 9],
    [560, 190, 7],
    [500, 130, 5],
    [610, 262, 6],
    [380, 170, 5],
  ]
    .map(([x, y, r]) => ellipse(x, y, r, r, c.ochre))
    .join('')}
  ${line('M312 470C232 470 232 540 330 536', c.ink, 18)}${line('M688 470C768 470 768 540 670 536', c.ink, 18)}
  ${path(lower, steel)}${path(upper, '#7f909b')}
  ${inside('steel', `${upper}${lower}`, path('M640 380C640 520 560 570 556 606L610 840H720V380Z', c.night, 'opacity=".38"') + path('M300 390C310 500 380 570 400 606L330 830H300V390Z', c.cream, 'opacity=".16"'))}
  ${path('M384 592H616Q628 606 616 622H384Q372 606 384 592Z', c.ink)}
  ${path('M428 676H572L590 792H410Z', c.ink)}${path('M440 690H560L574 780H426Z', c.wine)}
  ${[
    [456, 760, 22, c.clay],
    [500, 752, 26, c.ochre],
    [546, 762, 20, c.clay],
    [478, 772, 16, c.honey],
    [524, 774, 16, c.honey],
  ]
    .map(([x, y, r, f]) => ellipse(x, y, r, r * 0.8, f))
    .join('')}
  ${rect(404, 790, 192, 14, c.ink, 7)}
  ${times(8, (i) => ellipse(330 + i * 49, 440 + (i === 0 || i === 7 ? -4 : 6), 6, 6, c.night, 'opacity=".6"'))}
  ${ellipse(500, 390, 224, 62, '#d27a52')}${ellipse(500, 392, 180, 44, c.wine)}
  ${rest(500, 362)}
  ${inside(
    'coals',
    'M320 392A180 44 0 0 1 680 392A180 44 0 0 1 320 392Z',
    [
      [380, 398, 40, c.clay],
      [440, 384, 36, c.honey],
      [500, 402, 46, c.ochre],
      [562, 386, 38, c.clay],
      [622, 400, 38, c.honey],
      [470, 420, 30, c.clay],
      [540, 420, 30, c.red],
    ]
      .map(([x, y, r, f]) => ellipse(x, y, r, r * 0.62, f))
      .join(''),
  )}
  ${rest(330, 396)}${rest(670, 396)}`

const mug = 'M282 352H648L634 766C632 818 604 838 562 838H368C326 838 298 818 296 766Z'
const kikombe = `
  ${room('#d4714a', '#b85a36', { cx: 480, rx: 280, cy: 834 })}
  ${line('M404 250C370 210 438 180 404 130C384 100 404 76 404 76M520 236C486 196 554 166 520 116C500 86 520 62 520 62', c.cream, 14, 'opacity=".45" stroke-linecap="round"')}
  ${line('M640 452C806 420 806 690 630 690', c.indigo, 62)}${line('M640 452C806 420 806 690 630 690', c.cream, 44)}
  ${line('M636 682C786 690 800 500 690 462', c.indigo, 8, 'opacity=".18"')}
  ${path(mug, c.cream)}
  ${inside('mug', mug, path('M560 340C560 520 560 700 520 850H700V340Z', c.indigo, 'opacity=".16"') + path('M318 352C322 520 328 680 340 800H366C352 680 348 520 346 352Z', '#ffffff', 'opacity=".9"'))}
  ${at(464, 612, 0, 1, path('M-96 40C-60 -6 -34 -34 0 -78C34 -34 60 -6 96 40Z', c.indigo) + path('M0 -78L-24 -46L-8 -34L4 -48L20 -38L26 -44Z', c.cream) + line('M-118 66H118M-84 90H84', c.clay, 11))}
  ${[
    [350, 440],
    [572, 452],
    [400, 500],
    [548, 528],
    [352, 706],
    [588, 744],
    [430, 760],
    [500, 420],
    [612, 600],
  ]
    .map(([x, y], i) => ellipse(x, y, 4 + (i % 3) * 2, 4 + (i % 3) * 1.6, c.indigo, 'opacity=".7"'))
    .join('')}
  ${ellipse(465, 352, 190, 54, c.indigo)}${ellipse(465, 352, 172, 43, c.cream)}
  ${inside('tea', 'M293 352A172 43 0 0 1 637 352A172 43 0 0 1 293 352Z', ellipse(470, 372, 178, 42, '#b9793f') + ellipse(440, 380, 70, 13, c.kraft, 'opacity=".8"'))}`

/** What a kitchen holds. */
export const home = { bakuli, jiko, kikombe }
