/** What `ementech-payments --help` says. */
export const help = `ementech-payments: callbacks and effects that were tried to the end, and the ways out.

Usage
  ementech-payments dead list                 the dead letters, longest dead first
  ementech-payments dead show <id>            facts, attempts, errors and body, phone numbers masked
  ementech-payments dead replay <id>...       makes them due again, their attempts forgotten
  ementech-payments dead discard <id>... --reason <text>
                                              puts an end to them: kept for a while, never tried again

Where they are
  --uri <address>      the MongoDB, with its database                    (MONGODB_URI)
  --payments <name>    the collection given to mongoPaymentStore()       (payments)
  --inbox <name>       the collection given to mongoInbox()              (payment_inbox)

Options
  --limit <number>     list: at most so many, up to 1000                 (100)
  --kind <kind>        list: callback or effect                          (both)
  --raw                show: the exact bytes of a callback and nothing else; phone numbers are NOT masked
  --reason <text>      discard: why; kept with what is discarded
  --actor <name>       discard: who; kept as well                        (the user of this machine)
  --json               prints JSON
  -h, --help           prints this

What is replayed is done by the workers of the application, at their next look.

Exit codes: 0 done · 1 refused (no such id, or not dead) · 2 not understood, or no driver · 3 the database
`
