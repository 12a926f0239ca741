/** What `ementech-sandbox --help` says. */
export const help = `ementech-sandbox: Safaricom's Daraja, Stripe, Cloudinary and a MongoDB on this machine, with a phone to pay with.

Usage
  ementech-sandbox                     all of them, until Ctrl-C
  ementech-sandbox daraja              Daraja with its phone, Stripe, Cloudinary and mail
  ementech-sandbox stripe | cloudinary the same
  ementech-sandbox mongo               MongoDB alone
  ementech-sandbox phone               what a phone shows: balance, prompt, last SMS
  ementech-sandbox phone pin 1234      waits for the prompt and pays (everyone's PIN is 1234)
  ementech-sandbox phone cancel        waits for the prompt and refuses it
  ementech-sandbox phone off | on      switches the phone off, or on
  ementech-sandbox phone unlock        ends the lock of three wrong PINs

Options of daraja, stripe and cloudinary
  --port <number>         port on 127.0.0.1; 0 takes a free one         (4010)
  --dir <path>            keeps all state there, even over a kill -9    (memory only)
  --time-scale <number>   60: a minute passes in a second; 0: none does (1)
  --seed <text>           the same ids, receipts and delays every time  (different ones)
  --smtp-port <number>    takes mail there, on 127.0.0.1                (a free one)
  --queries-per-minute <number>   STK queries until spike arrest; 0: any (5)
  --stripe-webhooks <url>         where Stripe sends its events         (nowhere)

Without a command, --dir and --port are those of daraja, and there is
  --mongo-port <number>   port of MongoDB on 127.0.0.1                  (27017)

Options of mongo
  --port <number>         port on 127.0.0.1                             (27017)
  --dir <path>            keeps the data there                          (memory only)

Options of phone
  --msisdn <number>       whose phone: 0712345678 or 254712345678       (254708374149)
  --url <address>         the sandbox                                   (http://127.0.0.1:4010)

Open the address that it prints: there is the phone, on a page; mail and uploads have one each.
`
