/** The looks of the page of uploads, beside those of the page. */
export const uploadsStyle = String.raw`
body { height: auto; background: var(--ground); }
.masthead.uploads-masthead { display: flex; align-items: center; gap: .75rem; width: 100%; max-width: none; margin: 0; padding: .9rem 1.25rem; border-bottom: 1px solid var(--line); background: var(--surface); }
.uploads-masthead svg { width: 1.75rem; height: 1.75rem; fill: var(--green); }
.uploads-masthead .hills { fill: none; stroke: var(--on-green); stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
.uploads-masthead .sun { fill: var(--on-green); }
.uploads-masthead h1 { font-size: 1.1rem; font-weight: 650; }
.masthead.uploads-masthead .connection { flex: 1; margin: 0; color: var(--bad); font-size: .875rem; }
.uploads-masthead .elsewhere { color: var(--soft); font-size: .9rem; }

main.uploads { display: grid; grid-template-columns: minmax(0, 1fr); align-items: start; gap: 1.75rem; width: 100%; max-width: 94rem; margin: 0 auto; padding: 1.25rem; }
.uploads .heading { display: flex; align-items: baseline; justify-content: space-between; gap: 1rem; margin-bottom: .75rem; }
.uploads h2 { font-size: 1rem; font-weight: 650; }
.uploads .heading p, .uploads .hint { padding: 0; color: var(--soft); font-size: .875rem; font-variant-numeric: tabular-nums; }
.uploads .hint a, .nothing a { color: var(--green); }

.assets { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 9.5rem), 1fr)); gap: .9rem; }
.asset { display: flex; flex-direction: column; min-width: 0; border-radius: 16px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); overflow: hidden; }
.asset a { display: grid; place-items: center; aspect-ratio: 4 / 3; margin: 1px; border-radius: 15px 15px 0 0; background: repeating-conic-gradient(var(--sunken) 0 25%, transparent 0 50%) 0 0 / 20px 20px; color: var(--soft); font-weight: 650; letter-spacing: .04em; text-decoration: none; text-transform: uppercase; overflow: hidden; outline-offset: -4px; }
.asset img { width: 100%; height: 100%; object-fit: contain; }
.asset div { display: grid; gap: .15rem; padding: .65rem .85rem .8rem; }
.asset b { font-weight: 600; font-size: .925rem; line-height: 1.35; overflow-wrap: anywhere; }
.asset span { color: var(--soft); font-size: .8125rem; font-variant-numeric: tabular-nums; }
.asset .tags:empty { display: none; }
.nothing { display: grid; justify-items: center; gap: .35rem; padding: 3.5rem 1.5rem; border-radius: 16px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); color: var(--soft); text-align: center; font-size: .9375rem; }
.nothing svg { width: 4.25rem; margin-bottom: .5rem; opacity: .5; }
.nothing p:first-of-type { color: var(--text); font-weight: 600; }

.requests > li + li { border-top: 1px solid var(--line); }
.requests, .ordering { border-radius: 16px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); overflow: hidden; }
.requests { max-height: 36rem; overflow-y: auto; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.requests:empty { display: none; }
.requests summary { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .1rem .75rem; padding: .65rem .95rem; cursor: pointer; list-style: none; font-size: .875rem; outline-offset: -3px; }
.requests summary::-webkit-details-marker { display: none; }
.requests summary:hover, .requests [open] summary { background: var(--sunken); }
.requests b { font-weight: 600; }
.requests .what { color: var(--soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.requests time { grid-row: 2; grid-column: 2; color: var(--soft); font-variant-numeric: tabular-nums; }
.uploads .pill { justify-self: end; padding: .05rem .6rem; border-radius: 99px; font-size: .8125rem; font-weight: 600; background: var(--sunken); color: var(--soft); }
.uploads .pill[data-tone='good'] { background: var(--good-tint); color: var(--good); }
.uploads .pill[data-tone='bad'] { background: var(--bad-tint); color: var(--bad); }
.uploads .pill[data-tone='waiting'] { background: var(--waiting-tint); color: var(--waiting); }
.requests figure { min-width: 0; padding: .25rem .95rem .8rem; background: var(--sunken); }
.requests figcaption { margin-bottom: .25rem; color: var(--soft); font-size: .8125rem; overflow-wrap: anywhere; }
.requests pre { max-height: 20rem; overflow: auto; padding: .75rem .85rem; border-radius: 12px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); font: .78rem/1.55 ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }

.ordering { margin-top: 1.25rem; }
.ordering summary { padding: .8rem .95rem; cursor: pointer; outline-offset: -3px; }
.ordering summary h2 { display: inline; }
.ordering .hint { padding: 0 .95rem .5rem; }
.ordering li { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .6rem; padding: .7rem .95rem; border-top: 1px solid var(--line); }
.ordering li p { flex: 1 0 100%; font-size: .875rem; }
.ordering li b { display: block; font-weight: 600; }
.ordering li span, .ordering label { color: var(--soft); }
.ordering label { display: flex; align-items: center; gap: .4rem; font-size: .8125rem; }
.ordering :is(input, select) { width: 5.5rem; height: 2.1rem; padding: 0 .5rem; border: 1px solid var(--line); border-radius: 9px; background: var(--surface); color: var(--text); font-size: .875rem; }
.ordering li > button:not(.pill) { height: 2.1rem; padding: 0 .9rem; border-radius: 10px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); font-weight: 600; font-size: .875rem; }
.ordering li > button:not(.pill):hover { background: var(--sunken); }
.ordering .pill { order: 1; margin-left: auto; background: var(--waiting-tint); color: var(--waiting); }

@media (min-width: 60rem) {
  main.uploads { grid-template-columns: minmax(0, 1fr) minmax(22rem, 28rem); gap: 2rem; padding: 1.5rem 1.75rem 2rem; }
  .masthead.uploads-masthead { padding-inline: 1.75rem; }
  .assets { grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1.1rem; }
}
@media (max-width: 26rem) { .assets { grid-template-columns: 1fr 1fr; gap: .75rem; } }
`
