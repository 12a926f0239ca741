import { palette } from './palette.js'

/** The looks of the page. */
export const style = String.raw`${palette}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
body, h1, h2, p, ol, ul, dl, dd, figure, pre { margin: 0; padding: 0; }
ol, ul { list-style: none; }
body { background: var(--screen); color: var(--text); -webkit-text-size-adjust: 100%; }
button, input, select { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; touch-action: manipulation; -webkit-tap-highlight-color: transparent; }
svg { fill: currentColor; }
svg .line { fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
:focus-visible { outline: 2.5px solid var(--green); outline-offset: 2px; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

/* The handset: on a small screen it is the screen. */
.masthead, .desk { display: none; }
.handset { height: 100dvh; }
.screen { position: relative; display: flex; flex-direction: column; height: 100%; overflow: hidden; background: var(--screen); }
.status-bar { display: none; }
.home { flex: 1; min-height: 0; display: flex; flex-direction: column; padding: max(12px, env(safe-area-inset-top)) 18px 0; }

.top { display: flex; align-items: center; justify-content: space-between; gap: 8px; margin: 0 -6px 12px; }
.number { position: relative; display: flex; align-items: center; min-width: 0; }
.number select { appearance: none; field-sizing: content; max-width: 100%; min-height: 44px; padding: 6px 30px 6px 8px; border: 0; border-radius: 12px; background: none; font-weight: 600; text-overflow: ellipsis; cursor: pointer; }
.number select option { background: var(--surface); color: var(--text); }
.number svg { position: absolute; right: 10px; width: 12px; pointer-events: none; color: var(--soft); }
.number:hover select { background: var(--sunken); }
.icon { display: grid; place-items: center; width: 44px; height: 44px; flex: none; border-radius: 50%; color: var(--soft); }
.icon:hover { background: var(--sunken); color: var(--text); }
.icon svg { width: 20px; }

.other { margin-bottom: 14px; }
.other label { display: block; margin-bottom: 6px; color: var(--soft); font-size: 14px; }
.other div { display: flex; gap: 8px; }
.other input { flex: 1; min-width: 0; height: 46px; padding: 0 14px; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); }
.other button, .notice button { padding: 0 18px; border-radius: 12px; background: var(--tint); color: var(--good); font-weight: 600; }
.other p { min-height: 0; margin-top: 6px; color: var(--bad); font-size: 14px; }
.other p:empty { display: none; }

.account { padding: 20px 22px 18px; border-radius: 22px; background: linear-gradient(140deg, #0d8553, var(--green-deep)); color: #fff; }
.account .label { font-size: 14px; opacity: .86; }
.unbroken { white-space: nowrap; }
.balance { margin: 2px 0 14px; white-space: nowrap; font-size: 34px; line-height: 1.15; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.balance small { font-size: .58em; font-weight: 600; letter-spacing: 0; opacity: .86; }
.owner { display: flex; justify-content: space-between; gap: 12px; font-size: 14px; opacity: .92; font-variant-numeric: tabular-nums; }

.notice { display: flex; align-items: center; justify-content: space-between; gap: 12px; margin-top: 12px; padding: 10px 10px 10px 16px; border-radius: 16px; background: var(--waiting-tint); color: var(--waiting); font-size: 14px; line-height: 1.4; }
.notice button { min-height: 40px; flex: none; background: var(--surface); color: inherit; }

.home h2 { margin: 22px 4px 8px; font-size: 14px; font-weight: 600; color: var(--soft); }
.messages { flex: 1; min-height: 0; overflow-y: auto; margin: 0 -18px; padding: 2px 18px max(22px, env(safe-area-inset-bottom)); outline-offset: -3px; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.message { padding: 12px 16px 14px; border-radius: 18px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); font-size: 15px; line-height: 1.45; overflow-wrap: anywhere; animation: arrive .35s cubic-bezier(.2, .8, .2, 1); }
.message + .message { margin-top: 10px; }
.message .from { display: flex; justify-content: space-between; margin-bottom: 4px; font-size: 13px; color: var(--soft); }
.message .from b { color: var(--text); font-weight: 600; }
.message.paid .from b { color: var(--good); }
.receipt { font-variant-numeric: tabular-nums; letter-spacing: .01em; }
.empty { flex: 1; display: flex; flex-direction: column; align-items: center; justify-content: center; padding: 0 28px 40px; text-align: center; color: var(--soft); font-size: 15px; }
.empty svg { width: 60px; margin-bottom: 10px; color: var(--soft); opacity: .45; }
.empty svg .line { stroke-width: 2.4; }
.empty p:first-of-type { margin-bottom: 4px; color: var(--text); font-weight: 600; }

/* The prompt. */
.scrim { position: absolute; inset: 0; display: flex; align-items: flex-end; background: var(--scrim); animation: appear .2s; }
.prompt { width: 100%; max-height: 100%; overflow-y: auto; padding: 18px 22px max(18px, env(safe-area-inset-bottom)); border-radius: 28px 28px 0 0; background: var(--surface); animation: rise .35s cubic-bezier(.2, .8, .2, 1); }
.source { display: flex; align-items: center; justify-content: space-between; font-size: 14px; font-weight: 600; color: var(--green); }
.countdown { display: flex; align-items: center; gap: 6px; color: var(--soft); font-weight: 500; font-variant-numeric: tabular-nums; }
.countdown svg { width: 18px; transform: rotate(-90deg); }
.countdown circle { fill: none; stroke-width: 3; stroke: var(--line); }
.countdown .left { stroke: var(--green); stroke-dasharray: 100; }
.prompt h2 { margin: 14px 0 2px; text-align: center; font-weight: 500; font-size: 17px; line-height: 1.3; }
.prompt .amount { display: block; font-size: 38px; line-height: 1.15; font-weight: 680; letter-spacing: -.025em; font-variant-numeric: tabular-nums; }
.prompt .to b { font-weight: 650; }
.reference { text-align: center; font-size: 15px; color: var(--soft); overflow-wrap: anywhere; }
.reference b { color: var(--text); font-weight: 600; }
.pin { margin: 16px auto 12px; text-align: center; }
.pin label { display: block; margin-bottom: 8px; font-size: 14px; color: var(--soft); }
.dots { position: relative; display: inline-flex; gap: 18px; padding: 13px 24px; border-radius: 16px; background: var(--sunken); }
.dots:focus-within { outline: 2.5px solid var(--green); outline-offset: 1px; }
.dots input { position: absolute; inset: 0; width: 100%; opacity: 0; cursor: text; -webkit-text-security: disc; }
.dots span { width: 13px; height: 13px; border-radius: 50%; box-shadow: inset 0 0 0 2px var(--soft); opacity: .45; transition: opacity .1s, transform .1s; }
[data-length='1'] .dots span:nth-of-type(-n + 1), [data-length='2'] .dots span:nth-of-type(-n + 2), [data-length='3'] .dots span:nth-of-type(-n + 3), [data-length='4'] .dots span { opacity: 1; transform: scale(1.08); background: var(--text); box-shadow: none; }
.pin p { color: var(--bad); font-size: 14px; margin-top: 6px; }
.pin p:empty { display: none; }
.pad { display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px; margin-bottom: 14px; }
.pad button { height: 52px; border-radius: 14px; font-size: 23px; font-weight: 500; font-variant-numeric: tabular-nums; }
.pad button:hover { background: var(--sunken); }
.pad button:active { background: var(--tint); }
.pad button[aria-label] { display: grid; place-items: center; color: var(--soft); }
.pad svg { width: 25px; }
.answer { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
.answer button { height: 52px; border-radius: 16px; font-weight: 650; }
.quiet { background: var(--sunken); }
.quiet:hover { background: var(--line); }
.strong { background: var(--green); color: var(--on-green); }
.strong:hover { filter: brightness(1.06); }

.off { position: absolute; z-index: 2; inset: -1px; padding: 0 32px; display: flex; flex-direction: column; align-items: center; justify-content: center; background: #050706; color: #8d9a92; font-size: 15px; text-align: center; }
.off p:first-of-type { color: #dfe7e2; }
.off .icon { width: 68px; height: 68px; margin-bottom: 14px; color: #dfe7e2; box-shadow: inset 0 0 0 1.5px #333d38; }
.off .icon:hover { background: #141a17; color: #fff; }
.off .icon svg { width: 26px; }

@keyframes rise { from { transform: translateY(60%); } }
@keyframes appear { from { opacity: 0; } }
@keyframes arrive { from { opacity: 0; transform: translateY(-8px); } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
@media (max-height: 640px) {
  .pad button { height: 42px; }
  .pin { margin: 10px auto 8px; }
  .prompt h2 { margin-top: 6px; }
  .answer button { height: 46px; }
}

/* With room beside it, a handset on a desk. */
@media (min-width: 820px) {
  body { height: 100dvh; display: grid; grid-template-rows: auto 1fr; background: var(--ground); }
  .masthead { display: flex; align-items: center; gap: 10px; width: 100%; max-width: 1500px; margin: 0 auto; padding: 16px 28px 0; }
  .masthead svg { width: 26px; fill: var(--green); }
  .masthead .hole { fill: var(--ground); }
  .masthead h1 { font-size: 16px; font-weight: 650; letter-spacing: -.01em; }
  .masthead p { color: var(--soft); font-size: 14px; font-variant-numeric: tabular-nums; }
  .masthead .elsewhere { margin-left: 12px; color: var(--soft); font-size: 14px; }
  .masthead .connection { margin-left: auto; color: var(--bad); }
  main { min-height: 0; display: grid; grid-template-columns: auto minmax(0, 1fr); gap: clamp(18px, 2.5vw, 32px); padding: 18px 28px 28px; max-width: 1500px; width: 100%; margin: 0 auto; }

  .handset { width: min(384px, 42vw); height: 100%; max-height: 812px; padding: 11px; border-radius: 54px; background: var(--bezel); box-shadow: inset 0 0 0 1.5px var(--bezel-edge), var(--shadow); }
  .screen { border-radius: 44px; }
  .status-bar { position: relative; z-index: 1; display: grid; grid-template-columns: 1fr auto 1fr; align-items: center; height: 50px; padding: 8px 26px 0; font-size: 15px; font-weight: 650; font-variant-numeric: tabular-nums; }
  .island { width: 92px; height: 27px; border-radius: 14px; background: #000; }
  .signals { display: flex; justify-content: flex-end; align-items: center; gap: 6px; }
  .signals svg { height: 12px; }
  .signals .line { stroke-width: 1; opacity: .5; }
  .home { padding-top: 6px; }
  .scrim { border-radius: 44px; }

  .desk { display: flex; flex-direction: column; min-width: 0; min-height: 0; border-radius: 24px; background: var(--screen); box-shadow: inset 0 0 0 1px var(--line); overflow: hidden; }
  .figures { display: flex; gap: clamp(16px, 2.5vw, 32px); padding: 22px 26px 16px; }
  .figures .wide { margin-right: auto; }
  .figures dt { font-size: 14px; color: var(--soft); }
  .figures dd { white-space: nowrap; font-size: clamp(21px, 2.1vw, 26px); line-height: 1.25; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
  .tabs { display: flex; gap: 4px; padding: 0 20px; border-bottom: 1px solid var(--line); }
  .tabs button { padding: 10px 12px 11px; margin-bottom: -1px; border-bottom: 2px solid transparent; color: var(--soft); font-weight: 550; font-size: 15px; border-radius: 8px 8px 0 0; outline-offset: -3px; }
  .tabs button:hover { color: var(--text); }
  .tabs [aria-selected='true'] { color: var(--text); border-color: var(--green); }
  .panel { flex: 1; min-height: 0; overflow: auto; padding: 10px 14px 20px; outline-offset: -3px; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
  .hint { padding: 12px; color: var(--soft); font-size: 15px; }
  .hint a { color: var(--green); }

  .traffic summary { display: flex; align-items: center; gap: 12px; padding: 9px 12px; border-radius: 12px; cursor: pointer; list-style: none; font-size: 14px; outline-offset: -2px; }
  .traffic summary::-webkit-details-marker { display: none; }
  .traffic summary:hover, .traffic [open] summary { background: var(--sunken); }
  .traffic time { color: var(--soft); font-variant-numeric: tabular-nums; }
  .direction { width: 24px; height: 24px; flex: none; display: grid; place-items: center; border-radius: 50%; background: var(--sunken); color: var(--soft); font-size: 13px; }
  .traffic summary:hover .direction, .traffic [open] .direction { background: var(--screen); }
  .direction[data-direction='out'] { color: var(--green); background: var(--tint) !important; }
  .what { flex: 1; min-width: 0; display: flex; align-items: baseline; column-gap: 10px; }
  .what b { font-weight: 600; white-space: nowrap; }
  .what span { min-width: 0; color: var(--soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .pill { flex: none; padding: 2px 10px; border-radius: 999px; background: var(--sunken); color: var(--soft); font-size: 13px; font-weight: 600; font-variant-numeric: tabular-nums; }
  .pill[data-tone='good'] { background: var(--good-tint); color: var(--good); }
  .pill[data-tone='bad'] { background: var(--bad-tint); color: var(--bad); }
  .pill[data-tone='waiting'] { background: var(--waiting-tint); color: var(--waiting); }
  .parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 12px; padding: 10px 12px 16px; }
  .parts figcaption { margin-bottom: 4px; font-size: 13px; color: var(--soft); overflow-wrap: anywhere; }
  .parts figure { min-width: 0; }
  .parts pre { max-height: 340px; overflow: auto; padding: 12px 14px; border-radius: 12px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); font: 12.5px/1.55 ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }

  table { width: 100%; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
  th { padding: 8px 12px; text-align: left; font-weight: 500; color: var(--soft); }
  td { padding: 9px 12px; border-top: 1px solid var(--line); vertical-align: top; }
  td small { display: block; color: var(--soft); font-size: 13px; }
  td code { font: 13px ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
  .money { text-align: right; white-space: nowrap; }

  .faults li { display: flex; align-items: center; gap: 12px; padding: 10px 12px; }
  .faults li + li { border-top: 1px solid var(--line); }
  .faults p { flex: 1; min-width: 0; font-size: 14px; }
  .faults p b { display: block; font-weight: 600; }
  .faults p span { color: var(--soft); }
  .faults label { display: flex; align-items: center; gap: 6px; flex-direction: row-reverse; font-size: 13px; color: var(--soft); }
  .faults input { width: 88px; height: 34px; padding: 0 8px; border: 1px solid var(--line); border-radius: 9px; background: var(--surface); }
  .faults li > button:not(.pill) { height: 34px; padding: 0 14px; border-radius: 10px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); font-weight: 600; font-size: 14px; }
  .faults li > button:not(.pill):hover { background: var(--line); }
  .faults .pill { background: var(--waiting-tint); color: var(--waiting); }
}
`
