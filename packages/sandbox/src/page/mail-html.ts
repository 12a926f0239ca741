/** The mailbox: every mail that the application sent, whoever it is for. */
export const mailHtml = String.raw`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>Mail · Ementech sandbox</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect x='2' y='6' width='28' height='20' rx='4' fill='%230b7a4b'/%3E%3Cpath d='M5 10l11 8 11-8' fill='none' stroke='%23fff' stroke-width='2.5'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/_page/style.css">
<link rel="stylesheet" href="/_page/mail.css">
<script type="module" src="/_page/mail.js"></script>
</head>
<body>

<header class="masthead mail-masthead">
  <svg viewBox="0 0 32 32" aria-hidden="true"><rect x="2" y="6" width="28" height="20" rx="4"/><path class="flap" d="M6 11l10 7 10-7"/></svg>
  <h1>Mail</h1>
  <a class="elsewhere" href="/">Phone</a>
  <a class="elsewhere" href="/uploads">Uploads</a>
  <p class="connection" id="connection" role="status"></p>
</header>

<main class="mailbox" id="mailbox">
  <nav aria-label="Mails">
    <ol id="mails" role="list"></ol>
    <p class="hint" id="mails-empty" hidden>No mail yet. Whatever your application sends to SMTP_URL appears here, whoever it is for; nothing leaves this machine.</p>
  </nav>
  <article id="mail" aria-labelledby="mail-subject" hidden>
    <button class="back" id="back" type="button">All mails</button>
    <h2 id="mail-subject" tabindex="-1"></h2>
    <dl><div><dt>From</dt><dd id="mail-from"></dd></div><div><dt>To</dt><dd id="mail-to"></dd></div><div><dt>Time</dt><dd id="mail-time"></dd></div></dl>
    <div class="parts" role="group" aria-label="Part">
      <button type="button" id="show-html" aria-pressed="true">HTML</button>
      <button type="button" id="show-text" aria-pressed="false">Plain text</button>
    </div>
    <iframe id="mail-html" title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
    <pre id="mail-text" tabindex="0" aria-label="Plain text" hidden></pre>
    <p class="hint" id="mail-attachments" hidden></p>
  </article>
</main>
</body>
</html>
`
