/** The looks of the mailbox, beside those of the page. */
export const mailStyle = String.raw`
.masthead.mail-masthead { display: flex; align-items: center; gap: .75rem; padding: .9rem 1.25rem; border-bottom: 1px solid var(--line); background: var(--surface); }
.mail-masthead svg { width: 1.75rem; height: 1.75rem; fill: var(--green); }
.mail-masthead .flap { fill: none; stroke: var(--on-green); stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round; }
.mail-masthead h1 { font-size: 1.1rem; font-weight: 650; }
.mail-masthead .elsewhere { color: var(--soft); font-size: .9rem; }
.mail-masthead .elsewhere:first-of-type { margin-left: auto; }
.masthead.mail-masthead .connection { margin-left: 0; }
main.mailbox { display: grid; max-width: none; min-height: calc(100svh - 4rem); margin: 0; padding: 0; gap: 0; align-items: stretch; }
.mailbox nav { background: var(--surface); }
.mailbox nav .hint { padding: 1.25rem; color: var(--soft); }
.mailbox li a { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .1rem .75rem; padding: .8rem 1.25rem; border-bottom: 1px solid var(--line); color: inherit; text-decoration: none; }
.mailbox li a:hover { background: var(--sunken); }
.mailbox li a[aria-current] { background: var(--tint); }
.mailbox li a:focus-visible { outline-offset: -3px; }
.mailbox .subject { font-weight: 600; overflow-wrap: anywhere; }
.mailbox .recipient { grid-row: 2; color: var(--soft); font-size: .875rem; overflow: hidden; text-overflow: ellipsis; }
.mailbox time { color: var(--soft); font-size: .875rem; font-variant-numeric: tabular-nums; }
.mailbox [aria-current] :is(.recipient, time) { color: inherit; }
.mailbox article { display: flex; flex-direction: column; gap: .9rem; min-width: 0; padding: 1.25rem; }
.mailbox article h2 { font-size: 1.35rem; line-height: 1.25; overflow-wrap: anywhere; }
.mailbox article h2:focus { outline: none; }
.mailbox dl { display: grid; gap: .15rem; font-size: .9rem; }
.mailbox dl div { display: flex; gap: .75rem; }
.mailbox dt { width: 3rem; color: var(--soft); }
.mailbox dd { overflow-wrap: anywhere; }
.mailbox .parts { display: flex; gap: .4rem; padding: 0; }
.mailbox .parts button, .mailbox .back { padding: .4rem .9rem; border: 1px solid var(--line); border-radius: 99px; background: var(--surface); }
.mailbox .parts [aria-pressed='true'] { border-color: var(--green); background: var(--tint); }
.mailbox .parts button:disabled { opacity: .5; cursor: default; }
.mailbox iframe { flex: 1; width: 100%; min-height: 30rem; border: 1px solid var(--line); border-radius: 12px; background: #fff; }
.mailbox pre { flex: 1; padding: 1.1rem; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); font: .9rem/1.6 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.mailbox .back { align-self: start; }
@media (max-width: 46rem) { .mailbox.reading nav { display: none; } }
@media (min-width: 46.01rem) {
  main.mailbox { grid-template-columns: minmax(17rem, 24rem) minmax(0, 1fr); }
  .mailbox nav { border-right: 1px solid var(--line); }
  .mailbox .back { display: none; }
}
`
