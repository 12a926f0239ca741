import { at, c, ellipse, inside, leaf, line, path, rect, room, times } from './draw.mjs'

const bean = ellipse(0, 0, 46, 32, c.bark) + line('M-42 4C-20 -16 16 18 42 -6', c.ink, 7)

const kahawaBag = 'M322 300H678L704 800Q706 838 668 838H332Q294 838 296 800Z'
const kahawa = `
  ${room(c.rose, '#dcae99', { rx: 310 })}
  ${path(kahawaBag, c.kraft)}
  ${inside('bag', kahawaBag, path('M624 290C600 480 640 700 610 850H720V290Z', c.bark, 'opacity=".22"') + path('M290 290H376C350 480 372 700 340 850H280Z', c.cream, 'opacity=".16"'))}
  ${rect(322, 214, 356, 96, '#b98a55', 12)}
  ${line('M336 246H664M336 278H664', c.bark, 3, 'opacity=".35"')}
  ${rect(300, 232, 400, 22, c.ink, 11)}
  ${rect(380, 400, 240, 300, c.cream, 10)}
  ${inside('label', 'M396 416H604V590H396Z', rect(396, 416, 208, 174, c.ochre) + ellipse(546, 478, 34, 34, c.cream) + path('M396 590V556L452 508L478 530L512 474L556 536L604 504V590Z', c.forest) + path('M512 474L498 498L510 506L520 494L530 500Z', c.cream))}
  ${rect(436, 616, 128, 12, c.ink, 6)}${rect(456, 644, 88, 10, c.clay, 5)}${rect(470, 668, 60, 8, c.kraft, 4)}
  ${ellipse(212, 868, 60, 10, c.ink, 'opacity=".16"')}${ellipse(778, 902, 74, 11, c.ink, 'opacity=".16"')}
  ${at(200, 840, -18, 1, bean)}${at(768, 872, 24, 1.15, bean)}${at(690, 900, -38, 0.95, bean)}${at(296, 894, 32, 0.95, bean)}`

const tin = 'M340 320H660V800C660 824 590 846 500 846C410 846 340 824 340 800Z'
const chai = `
  ${room(c.lilac, '#bfabc4', { rx: 270, cy: 836 })}
  ${path(tin, c.plum)}
  ${inside('tin', tin, rect(340, 430, 320, 268, c.cream) + path('M340 430C400 452 600 452 660 430V412H340Z', c.plum) + path('M340 698C400 722 600 722 660 698V730H340Z', c.cream) + line('M336 756C400 780 600 780 664 756', c.ochre, 8) + path('M590 300H670V850H590Z', c.ink, 'opacity=".2"') + path('M340 300H386V850H340Z', c.cream, 'opacity=".14"'))}
  ${at(500, 672, 0, 1, line('M0 0V-90', c.leaf, 9) + at(0, -30, -52, 0.66, leaf(c.leaf, c.forest)) + at(0, -30, 52, 0.66, leaf(c.forest, c.leaf)) + at(0, -74, 0, 0.5, leaf(c.plum, c.lilac)))}
  ${path('M328 250H672V330C672 354 590 372 500 372C410 372 328 354 328 330Z', '#6f4a6e')}
  ${path('M604 250H672V330C672 342 650 354 604 362Z', c.ink, 'opacity=".2"')}
  ${ellipse(500, 250, 172, 44, '#86608a')}${ellipse(500, 246, 128, 29, '#6f4a6e')}
  ${ellipse(234, 884, 110, 12, c.ink, 'opacity=".16"')}${ellipse(770, 880, 96, 11, c.ink, 'opacity=".16"')}
  ${at(330, 872, -84, 0.98, leaf(c.forest, c.leaf))}${at(176, 900, 62, 0.8, leaf(c.leaf, c.forest))}
  ${at(706, 868, 78, 0.95, leaf(c.plum, c.lilac))}`

const hex = (x, y, r) =>
  `M${times(6, (i) => `${Math.round(x + r * Math.sin((i * Math.PI) / 3))} ${Math.round(y - r * Math.cos((i * Math.PI) / 3))}${i < 5 ? 'L' : 'Z'}`)}`
const comb = (cells) =>
  cells
    .map(([x, y]) => path(hex(x, y, 52), 'none', `stroke="${c.honey}" stroke-width="9" opacity=".26"`))
    .join('')
const jar =
  'M372 390H628C690 400 716 440 716 500V770C716 818 684 842 640 842H360C316 842 284 818 284 770V500C284 440 310 400 372 390Z'
const asali = `
  ${room('#f3ddab', '#e4c17c', { rx: 300, cy: 836 })}
  ${comb([
    [96, 120],
    [200, 120],
    [304, 120],
    [148, 210],
    [252, 210],
    [96, 300],
  ])}${comb([
    [904, 420],
    [852, 510],
    [956, 510],
    [904, 600],
  ])}
  ${path(jar, c.cream, 'opacity=".75"')}
  ${inside('jar', jar, path('M270 462C360 440 420 486 500 466C580 446 640 480 730 458V860H270Z', c.honey) + path('M270 462C360 440 420 486 500 466C580 446 640 480 730 458V492C640 514 580 480 500 500C420 520 360 474 270 496Z', c.ochre) + path('M630 380H730V860H630C664 720 664 520 630 380Z', c.wine, 'opacity=".2"') + path('M318 470C306 560 306 700 320 790H348C336 700 336 560 346 470Z', c.cream, 'opacity=".5"'))}
  ${path(hex(500, 660, 132), c.cream)}
  ${at(500, 660, 0, 1, line('M-4 70C-8 30 4 10 -2 -26M-2 -8C-22 -24 -40 -30 -56 -36M0 0C20 -22 38 -28 54 -34', c.bark, 9) + path('M-92 -34C-70 -74 -20 -66 0 -72C30 -80 76 -66 92 -34C60 -24 40 -32 0 -28C-40 -24 -60 -28 -92 -34Z', c.forest) + line('M-62 72H62', c.clay, 8))}
  ${path('M330 250C400 226 600 226 670 250L706 396C690 420 668 392 644 412C620 432 600 398 572 414C546 430 526 400 500 416C474 430 452 398 428 414C402 430 380 394 356 412C332 428 310 420 294 396Z', c.red)}
  ${inside('cap', 'M330 250C400 226 600 226 670 250L684 308C600 336 400 336 316 308Z', rect(290, 220, 420, 130, '#c9493b'))}
  ${times(7, (i) => ellipse(346 + i * 52, 368 - (i % 2) * 16, 11, 11, c.cream) + ellipse(372 + i * 44, 272 + (i % 2) * 12, 8, 8, c.ochre))}
  ${line('M312 322C400 350 600 350 688 322', c.cream, 13)}
  ${path('M634 250C660 250 668 250 670 250L706 396C694 416 680 402 664 402Z', c.ink, 'opacity=".16"')}
  ${ellipse(824, 900, 110, 12, c.ink, 'opacity=".16"')}
  ${at(770, 872, -28, 1, rect(46, -9, 190, 18, c.kraft, 9) + path('M-66 0C-66 -38 50 -38 56 0C50 38 -66 38 -66 0Z', c.kraft) + line('M-40 -26V26M-14 -30V30M12 -29V29M36 -22V22', c.bark, 6) + path('M-66 0C-66 34 20 36 30 32C0 26 -40 24 -48 -18C-62 -14 -66 -6 -66 0Z', c.honey))}`

const nut =
  ellipse(0, 0, 58, 58, '#9b6a43') +
  path('M20 -54A58 58 0 0 1 20 54C52 24 52 -24 20 -54Z', c.bark, 'opacity=".45"') +
  ellipse(-20, -24, 14, 10, c.kraft) +
  ellipse(4, -6, 6, 6, c.bark)
const sack = 'M262 520C232 640 252 760 292 842H708C748 760 768 640 738 520Z'
const macadamia = `
  ${room(c.sage, '#a9ba9b', { rx: 320, cy: 838 })}
  ${at(360, 480, -58, 1.35, leaf(c.forest, c.leaf))}${at(420, 430, -26, 1.35, leaf(c.leaf, c.forest))}
  ${[
    [352, 452],
    [648, 452],
    [440, 424],
    [560, 424],
    [500, 376],
    [404, 372],
    [598, 370],
    [502, 318],
    [500, 470],
    [320, 492],
    [680, 492],
    [420, 492],
    [580, 492],
  ]
    .map(([x, y]) => at(x, y, (x * 7) % 80, 1, nut))
    .join('')}
  ${path(sack, c.straw)}
  ${inside('sack', sack, times(15, (i) => line(`M220 ${566 + i * 20}C400 ${584 + i * 20} 600 ${584 + i * 20} 780 ${566 + i * 20}`, c.kraft, 3, 'opacity=".55"')) + times(26, (i) => line(`M${250 + i * 20} 520V850`, c.kraft, 3, 'opacity=".35"')) + path('M650 510C690 640 670 760 630 850H800V510Z', c.bark, 'opacity=".2"'))}
  ${rect(238, 492, 524, 82, c.sand, 41)}${line('M268 534C400 548 600 548 732 534', c.kraft, 4, 'opacity=".7"')}
  ${at(500, 694, 0, 1, ellipse(0, 0, 84, 84, c.forest) + at(0, 58, 0, 0.58, leaf(c.sage, c.forest)))}
  ${ellipse(206, 900, 84, 11, c.ink, 'opacity=".16"')}${ellipse(800, 904, 92, 11, c.ink, 'opacity=".16"')}
  ${at(190, 852, 10, 0.95, nut)}
  ${at(778, 850, -14, 1.05, ellipse(0, 0, 60, 60, '#9b6a43') + ellipse(0, 0, 47, 47, c.bark) + ellipse(-3, 0, 40, 40, c.cream) + path('M10 -38A40 40 0 0 1 10 38C30 16 30 -16 10 -38Z', c.straw))}
  ${at(676, 894, 40, 0.7, nut)}`

/** What is eaten and drunk. */
export const pantry = { kahawa, chai, asali, macadamia }
