import { palette } from './palette.js'

/** The looks of the pay page. */
export const checkoutStyle = String.raw`${palette}
*, *::before, *::after { box-sizing: border-box; }
body, h1, h2, p, ul, fieldset { margin: 0; padding: 0; border: 0; }
ul { list-style: none; }
body { min-height: 100dvh; display: flex; flex-direction: column; background: var(--screen); color: var(--text); -webkit-text-size-adjust: 100%; }
button, input { font: inherit; color: inherit; }
:focus-visible { outline: 2.5px solid var(--green); outline-offset: 2px; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.money { font-variant-numeric: tabular-nums; white-space: nowrap; }
footer { margin-top: auto; padding: 24px 20px max(20px, env(safe-area-inset-bottom)); text-align: center; font-size: 13px; color: var(--soft); }

.checkout { width: 100%; max-width: 460px; margin: 0 auto; padding: 20px 20px 8px; }
.summary header { display: flex; align-items: center; min-height: 44px; gap: 12px; }
.back { padding: 10px 12px 10px 0; color: var(--soft); text-decoration: none; font-size: 15px; }
.back:hover { color: var(--text); text-decoration: underline; }
.badge { margin-left: auto; padding: 3px 10px; border-radius: 99px; background: var(--waiting-tint); color: var(--waiting); font-size: 13px; font-weight: 600; }
.summary h1 { margin-top: 12px; font-size: 16px; font-weight: 500; color: var(--soft); }
.total { font-size: 36px; line-height: 1.2; font-weight: 680; letter-spacing: -.025em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.items { margin-top: 18px; font-size: 15px; }
.items li, .sum { display: flex; justify-content: space-between; gap: 20px; }
.items li { padding: 8px 0; }
.items li > span:first-child { min-width: 0; overflow-wrap: anywhere; }
.items small { display: block; color: var(--soft); font-size: 13px; }
.sum { margin-top: 8px; padding-top: 14px; border-top: 1px solid var(--line); font-weight: 600; font-size: 15px; }

.payment { margin-top: 28px; padding: 22px 20px 20px; border-radius: 22px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); }
.payment h2 { margin-bottom: 16px; font-size: 18px; font-weight: 650; letter-spacing: -.01em; }
form { display: flex; flex-direction: column; }
form > label, legend { margin-bottom: 6px; padding: 0; font-size: 14px; font-weight: 500; color: var(--soft); }
input { width: 100%; height: 48px; padding: 0 14px; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); font-variant-numeric: tabular-nums; }
input::placeholder { color: var(--soft); opacity: .85; }
input:focus-visible { outline-offset: -1px; position: relative; z-index: 1; }
input[aria-invalid] { color: var(--bad); border-color: var(--bad); }
form > input { margin-bottom: 16px; }
.fixed { display: flex; gap: 16px; margin-bottom: 16px; padding: 12px 14px; border-radius: 12px; background: var(--sunken); font-size: 15px; }
.fixed span { color: var(--soft); }
.fixed b { font-weight: 500; min-width: 0; overflow-wrap: anywhere; }
fieldset { display: grid; grid-template-columns: 1fr 1fr; min-width: 0; }
fieldset input { border-radius: 0; min-width: 0; }
#card { grid-column: 1 / -1; border-radius: 12px 12px 0 0; }
#expiry { border-radius: 0 0 0 12px; margin-top: -1px; }
#cvc { border-radius: 0 0 12px 0; margin: -1px 0 0 -1px; width: calc(100% + 1px); }
.problem { margin-bottom: 16px; padding: 12px 14px; border-radius: 12px; background: var(--bad-tint); color: var(--bad); font-size: 15px; line-height: 1.45; }
.problem.inline { margin: 8px 0 16px; padding: 0; background: none; font-size: 14px; }
.problem.inline:empty { margin: 0 0 16px; }
.pay, .quiet { display: block; min-height: 50px; margin-top: 6px; padding: 12px 20px; border: 0; border-radius: 14px; background: var(--green); color: var(--on-green); font-weight: 620; text-align: center; text-decoration: none; cursor: pointer; touch-action: manipulation; }
.pay:hover { filter: brightness(1.07); }
.pay:disabled { opacity: .65; cursor: default; }
.quiet { background: var(--sunken); color: var(--text); }

details { margin-top: 18px; font-size: 14px; color: var(--soft); }
summary { width: fit-content; padding: 6px 0; border-radius: 8px; font-weight: 500; cursor: pointer; }
table { width: 100%; margin: 4px 0 8px; border-collapse: collapse; }
th, td { padding: 7px 0; vertical-align: top; border-bottom: 1px solid var(--line); text-align: left; font-weight: 400; }
th { padding-right: 14px; color: var(--text); white-space: nowrap; font-variant-numeric: tabular-nums; }
th button { padding: 0; border: 0; background: none; font: inherit; color: var(--green); text-decoration: underline; text-underline-offset: 3px; cursor: pointer; }

.notice { width: 100%; max-width: 460px; margin: auto; padding: 40px 24px; }
.notice h1 { margin-bottom: 8px; font-size: 26px; line-height: 1.25; letter-spacing: -.02em; }
.notice p { line-height: 1.55; color: var(--soft); overflow-wrap: anywhere; }
.notice b { color: var(--text); font-weight: 600; white-space: nowrap; }
.notice .label { margin-bottom: 18px; font-size: 14px; }
.notice .pay { margin-top: 24px; color: var(--on-green); }
.choices { gap: 4px; }

@media (min-width: 900px) {
  .checkout { display: grid; grid-template-columns: 1fr 1fr; gap: 72px; max-width: 1000px; padding: 72px 40px 40px; align-items: start; }
  .payment { margin-top: 0; padding: 30px 30px 24px; box-shadow: inset 0 0 0 1px var(--line), var(--shadow); }
  .summary h1 { margin-top: 20px; font-size: 17px; }
  .total { font-size: 46px; }
}
`
