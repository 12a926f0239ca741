/** What the pay page shows of a session. */
export interface CheckoutPage {
  merchant: string
  total: string
  items: Array<{ name: string; quantity: number; amount: string; unit: string }>
  /** Where "back" leads, if anywhere. */
  cancelUrl: string | null
  /** Known already, and not to be changed. */
  fixedEmail: string | null
  /** What was typed before; card and code are never given back. */
  typed: { email?: string | undefined; name?: string | undefined }
  problem?: { field?: 'card' | 'cvc' | 'expiry'; message: string } | undefined
  isFree: boolean
  button: 'Book' | 'Donate' | 'Pay' | 'Subscribe'
}

/** The page on which a card is typed. Works without JavaScript; with it, digits are grouped. */
export function checkoutPage(page: CheckoutPage): string {
  return frame(
    `Pay ${page.merchant}`,
    `<main class="checkout">
  ${summary(page)}
  <section class="payment" aria-labelledby="payment-title">
    <h2 id="payment-title">${page.isFree ? 'Confirm your order' : 'Pay by card'}</h2>
    ${page.problem && !page.problem.field ? `<p class="problem" role="alert">${escaped(page.problem.message)}</p>` : ''}
    <form method="post" novalidate>
      ${emailField(page)}
      ${page.isFree ? '' : cardFields(page)}
      <button class="pay" type="submit">${page.isFree ? 'Complete order' : `${page.button} ${escaped(page.total)}`}</button>
    </form>
    ${page.isFree ? '' : testCards}
  </section>
</main>`,
  )
}

/** The page of a session that can no longer be paid. */
export function closedPage({ title, text, link }: { title: string; text: string; link?: string }): string {
  return frame(
    title,
    `<main class="notice">
  <h1>${escaped(title)}</h1>
  <p>${escaped(text)}</p>
  ${link === undefined ? '' : `<p><a class="pay" href="${escaped(link)}">Continue</a></p>`}
</main>`,
  )
}

/** The page of a bank that wants to know its customer. */
export function authenticationPage({ merchant, total }: { merchant: string; total: string }): string {
  return frame(
    'Authenticate',
    `<main class="notice">
  <p class="label">3D Secure, as the bank of a test card would ask</p>
  <h1>Is this you?</h1>
  <p>${escaped(merchant)} wants <b>${escaped(total)}</b> from your card. Nothing is charged: this is a sandbox.</p>
  <form method="post" class="choices">
    <button class="pay" name="outcome" value="succeed">Complete authentication</button>
    <button class="quiet" name="outcome" value="fail">Fail authentication</button>
  </form>
</main>`,
  )
}

function summary({ merchant, total, items, cancelUrl }: CheckoutPage): string {
  const rows = items.map(
    ({ name, quantity, amount, unit }) => `<li>
        <span>${escaped(name)}${quantity === 1 ? '' : `<small>${quantity} × ${escaped(unit)}</small>`}</span>
        <span class="money">${escaped(amount)}</span>
      </li>`,
  )
  const back = cancelUrl === null ? '' : `<a class="back" href="${escaped(cancelUrl)}">← Back</a>`
  return `<section class="summary" aria-labelledby="merchant">
    <header>${back}<span class="badge">Test mode</span></header>
    <h1 id="merchant">Pay ${escaped(merchant)}</h1>
    <p class="total">${escaped(total)}</p>
    <ul class="items">
      ${rows.join('\n      ')}
    </ul>
    <p class="sum"><span>Total due</span><span class="money">${escaped(total)}</span></p>
  </section>`
}

function emailField({ fixedEmail, typed }: CheckoutPage): string {
  if (fixedEmail !== null) return `<p class="fixed"><span>Email</span> <b>${escaped(fixedEmail)}</b></p>`
  return `<label for="email">Email</label>
      <input id="email" name="email" type="email" autocomplete="email" value="${escaped(typed.email ?? '')}">`
}

function cardFields({ typed, problem }: CheckoutPage): string {
  const state = (field: 'card' | 'cvc' | 'expiry') =>
    problem?.field === field ? 'aria-invalid="true" aria-describedby="card-problem" autofocus' : ''
  const message = problem?.field ? escaped(problem.message) : ''
  return `<fieldset>
        <legend>Card information</legend>
        <label class="visually-hidden" for="card">Card number</label>
        <input id="card" name="card" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234" maxlength="23" ${state('card')}>
        <label class="visually-hidden" for="expiry">Expiration, month and year</label>
        <input id="expiry" name="expiry" inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY" maxlength="9" ${state('expiry')}>
        <label class="visually-hidden" for="cvc">Security code</label>
        <input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="CVC" maxlength="4" ${state('cvc')}>
      </fieldset>
      <p class="problem inline" id="card-problem" role="alert">${message}</p>
      <label for="name">Cardholder name</label>
      <input id="name" name="name" autocomplete="cc-name" placeholder="Full name on card" value="${escaped(typed.name ?? '')}">`
}

const testCards = `<details>
      <summary>Test cards</summary>
      <table>
        <caption class="visually-hidden">Test cards, with any future date and any code</caption>
        <tbody>
          <tr><th scope="row">4242 4242 4242 4242</th><td>pays</td></tr>
          <tr><th scope="row">4000 0025 0000 3155</th><td>asks to authenticate</td></tr>
          <tr><th scope="row">4000 0000 0000 0002</th><td>is declined</td></tr>
          <tr><th scope="row">4000 0000 0000 9995</th><td>has insufficient funds</td></tr>
          <tr><th scope="row">4000 0000 0000 0069</th><td>has expired</td></tr>
          <tr><th scope="row">4000 0000 0000 0259</th><td>pays, and is disputed</td></tr>
          <tr><th scope="row">4000 0000 0000 5126</th><td>pays; a refund fails</td></tr>
        </tbody>
      </table>
      <p>Any future date, any three digits. A real card is refused here.</p>
    </details>`

function frame(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<title>${escaped(title)} · Ementech sandbox</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect x='2' y='6' width='28' height='20' rx='4' fill='%230b7a4b'/%3E%3Crect x='2' y='11' width='28' height='4' fill='%23fff'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/_page/checkout.css">
<script type="module" src="/_page/checkout.js"></script>
</head>
<body>
${body}
<footer>Ementech sandbox stands in for Stripe. No card is charged.</footer>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
