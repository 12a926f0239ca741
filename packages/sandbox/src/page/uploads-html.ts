/** The page of what was uploaded to Cloudinary: pictures, requests, faults to order. */
export const uploadsHtml = String.raw`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>Uploads · Ementech sandbox</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect x='2' y='5' width='28' height='22' rx='4' fill='%230b7a4b'/%3E%3Cpath d='M5 23l8-9 6 6 3-3 5 6' fill='none' stroke='%23fff' stroke-width='2.5' stroke-linejoin='round'/%3E%3Ccircle cx='22' cy='11' r='2' fill='%23fff'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/_page/style.css">
<link rel="stylesheet" href="/_page/uploads.css">
<script type="module" src="/_page/uploads.js"></script>
</head>
<body>

<header class="masthead uploads-masthead">
  <svg viewBox="0 0 32 32" aria-hidden="true"><rect x="2" y="5" width="28" height="22" rx="4"/><path class="hills" d="M6 23l7-8 6 6 3-3 4 5"/><circle class="sun" cx="22" cy="11.5" r="2"/></svg>
  <h1>Uploads</h1>
  <p class="connection" id="connection" role="status"></p>
  <a class="elsewhere" href="/">Phone</a>
  <a class="elsewhere" href="/mail">Mail</a>
</header>

<main class="uploads">
  <section aria-labelledby="assets-title">
    <div class="heading"><h2 id="assets-title">Cloudinary</h2><p id="total"></p></div>
    <ul class="assets" id="assets" role="list" aria-labelledby="assets-title"></ul>
    <div class="nothing" id="assets-empty" hidden>
      <svg viewBox="0 0 64 48" aria-hidden="true"><rect class="line" x="2" y="2" width="60" height="44" rx="8"/><path class="line" d="M8 40l15-18 12 13 6-6 14 13"/><circle class="line" cx="45" cy="15" r="4"/></svg>
      <p>Nothing uploaded yet</p>
      <p>Point an application at this sandbox: CLOUDINARY_URL and the others are at <a href="/_sandbox/env">/_sandbox/env</a>.</p>
    </div>
  </section>

  <section aria-labelledby="requests-title">
    <div class="heading"><h2 id="requests-title">Requests</h2></div>
    <ol class="requests" id="requests" role="list" aria-labelledby="requests-title"></ol>
    <p class="hint" id="requests-empty" hidden>Uploads, deletions and whatever asks for a picture appear here.</p>
    <details class="ordering">
      <summary><h2>Faults</h2></summary>
      <p class="hint">Each order makes one thing go wrong, once, at the next chance.</p>
      <ul id="faults" role="list"></ul>
    </details>
  </section>
</main>
</body>
</html>
`
