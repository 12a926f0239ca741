/** The looks of the desk: beside the handset where there is room, on a page of its own where there is not. */
export const deskStyle = String.raw`
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
.faults .order button { height: 34px; padding: 0 14px; border-radius: 10px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); font-weight: 600; font-size: 14px; }
.faults .order button:hover { background: var(--line); }
.faults .pill { background: var(--waiting-tint); color: var(--waiting); }
.faults .order { display: flex; align-items: center; justify-content: flex-end; flex-wrap: wrap; gap: 8px 12px; }
.faults select { height: 34px; max-width: 150px; padding: 0 6px; border: 1px solid var(--line); border-radius: 9px; background: var(--surface); font-size: 13px; }
.to-phone { display: none; }

@media (min-width: 820px) {
  .to-desk { display: none; }
}
@media (max-width: 819.98px) {
  .desk { display: none; }
  [data-view='desk'] .handset { display: none; }
  [data-view='desk'] .desk { display: flex; height: 100dvh; border-radius: 0; box-shadow: none; }
  .to-phone { display: block; align-self: flex-start; min-height: 44px; margin: 8px 12px -8px; padding: 0 10px; border-radius: 10px; color: var(--green); font-weight: 600; }
  .top .number { margin-right: auto; }
  .figures { flex-wrap: wrap; gap: 10px 24px; padding: 16px 20px 12px; }
  .figures .wide { flex: 1 0 100%; }
  .tabs { padding: 0 10px; overflow-x: auto; }
  .panel { padding: 8px 8px 24px; }
  .traffic summary { gap: 9px; padding: 9px 8px; }
  .what { flex-direction: column; align-items: flex-start; }
  .what span { max-width: 100%; }
  .parts { padding: 8px 4px 16px; }
  .faults li { flex-wrap: wrap; padding: 12px 8px; }
  .faults p { flex: 1 0 60%; }
  .faults .order { flex: 1 0 100%; justify-content: flex-start; }
  td, th { padding-inline: 8px; }
}
`
