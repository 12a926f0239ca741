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
.masthead { display: none; }
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

/* The menu of M-PESA. */
.menu { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; margin-top: 12px; }
.menu button { display: flex; align-items: center; justify-content: center; gap: 9px; min-height: 48px; border-radius: 16px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); font-weight: 600; font-size: 15px; }
.menu button:hover { background: var(--sunken); }
.menu svg { width: 20px; color: var(--green); }
.prompt.bill h2 { margin: 10px 0 14px; text-align: left; font-size: 22px; font-weight: 650; letter-spacing: -.015em; }
.bill input:not([type='file']) { width: 100%; height: 46px; padding: 0 14px; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); font-variant-numeric: tabular-nums; }
.bill .secret { -webkit-text-security: disc; letter-spacing: .2em; }
.bill ::placeholder { color: var(--soft); opacity: 1; letter-spacing: 0; }
.scan { margin-bottom: 16px; padding-bottom: 16px; border-bottom: 1px solid var(--line); }
.scan > label[for] { display: block; margin: 10px 0 6px; color: var(--soft); font-size: 14px; }
.choose { position: relative; display: grid; place-items: center; min-height: 64px; border: 1.5px dashed var(--soft); border-radius: 16px; background: var(--sunken); font-weight: 600; font-size: 15px; cursor: pointer; }
.choose:hover { border-color: var(--green); }
.choose:focus-within { outline: 2.5px solid var(--green); outline-offset: 2px; }
.choose input { position: absolute; inset: 0; opacity: 0; cursor: pointer; }
.scan p { margin-top: 8px; font-size: 14px; color: var(--soft); overflow-wrap: anywhere; }
.scan p:empty { display: none; }
.fields { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 10px 14px; align-items: center; margin-bottom: 14px; font-size: 15px; }
.fields label { color: var(--soft); font-size: 14px; }
.bill .error { margin: -4px 0 12px; color: var(--bad); font-size: 14px; }
.bill .error:empty { display: none; }

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
}
`
