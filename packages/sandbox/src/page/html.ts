/** The page: a handset, and beside it, where there is room, what goes over the wire. */
export const html = String.raw`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f3f5f2" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#0e1412" media="(prefers-color-scheme: dark)">
<title>Phone · Ementech sandbox</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect x='8' y='2' width='16' height='28' rx='4' fill='%230b7a4b'/%3E%3Crect x='11' y='6' width='10' height='18' rx='1.5' fill='%23fff'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/_page/style.css">
<script type="module" src="/_page/main.js"></script>
</head>
<body>

<header class="masthead">
  <svg viewBox="0 0 32 32" aria-hidden="true"><rect x="8" y="2" width="16" height="28" rx="4.5"/><rect class="hole" x="11" y="6" width="10" height="18" rx="2"/></svg>
  <h1>Ementech sandbox</h1>
  <p id="address"></p>
  <a class="elsewhere" href="/mail">Mail</a>
  <a class="elsewhere" href="/uploads">Uploads</a>
  <p class="connection" id="connection" role="status"></p>
</header>

<main>
  <section class="handset" id="phone" aria-label="Phone">
    <div class="screen">
      <div class="status-bar" aria-hidden="true">
        <span id="clock">--:--</span>
        <span class="island"></span>
        <span class="signals">
          <svg viewBox="0 0 18 12"><rect x="0" y="8" width="3" height="4" rx="1"/><rect x="5" y="5.5" width="3" height="6.5" rx="1"/><rect x="10" y="3" width="3" height="9" rx="1"/><rect x="15" y="0" width="3" height="12" rx="1"/></svg>
          <svg viewBox="0 0 27 12"><rect class="line" x=".5" y=".5" width="23" height="11" rx="3.5"/><rect x="2" y="2" width="17" height="8" rx="2"/><path d="M25 4v4c.9-.3 1.5-1.1 1.5-2S25.9 4.3 25 4z"/></svg>
        </span>
      </div>

      <div class="home" id="home">
        <div class="top">
          <label class="number">
            <span class="visually-hidden">Phone number</span>
            <select id="numbers"></select>
            <svg viewBox="0 0 12 8" aria-hidden="true"><path class="line" d="M1.5 1.5 6 6l4.5-4.5"/></svg>
          </label>
          <button class="icon to-desk" id="to-desk" type="button" aria-label="Requests, accounts and faults">
            <svg viewBox="0 0 20 20" aria-hidden="true"><path class="line" d="M3 5h14M3 10h9M3 15h12"/></svg>
          </button>
          <button class="icon" id="power" type="button" aria-label="Switch off">
            <svg viewBox="0 0 20 20" aria-hidden="true"><path class="line" d="M10 2.5v7M5.8 4.9a6.7 6.7 0 1 0 8.4 0"/></svg>
          </button>
        </div>

        <form class="other" id="other" hidden>
          <label for="other-number">Any Safaricom number</label>
          <div>
            <input id="other-number" type="tel" inputmode="tel" autocomplete="off" placeholder="0712 345 678" aria-describedby="other-error">
            <button type="submit">Open</button>
          </div>
          <p id="other-error" role="alert"></p>
        </form>

        <section class="account" aria-label="Account">
          <p class="label">M-PESA balance</p>
          <p class="balance" id="balance">–</p>
          <p class="owner"><span id="name"></span><span id="msisdn"></span></p>
        </section>

        <div class="menu" role="group" aria-label="M-PESA">
          <button type="button" id="open-bill"><svg viewBox="0 0 20 20" aria-hidden="true"><path class="line" d="M5 2.5h10v15l-2.5-1.7L10 17.5l-2.5-1.7L5 17.5zM8 7h4M8 10.5h4"/></svg>Pay a bill</button>
          <button type="button" id="open-scan"><svg viewBox="0 0 20 20" aria-hidden="true"><path class="line" d="M3 7V4.5A1.5 1.5 0 0 1 4.5 3H7M13 3h2.5A1.5 1.5 0 0 1 17 4.5V7M17 13v2.5a1.5 1.5 0 0 1-1.5 1.5H13M7 17H4.5A1.5 1.5 0 0 1 3 15.5V13M7 7h2.5v2.5H7zM11.5 11.5H13V13h-1.5z"/></svg>Scan</button>
        </div>

        <div class="notice" id="notice" role="status" hidden><p id="notice-text"></p><button id="notice-action" type="button"></button></div>

        <h2 id="messages-title">Messages</h2>
        <ol class="messages" id="messages" role="list" aria-labelledby="messages-title" tabindex="0"></ol>
        <div class="empty" id="empty">
          <svg viewBox="0 0 64 64" aria-hidden="true"><rect class="line" x="9" y="13" width="46" height="32" rx="9"/><path class="line" d="M22 45v9l11-9"/><path class="line" d="M21 25h22M21 33h13"/></svg>
          <p>No messages yet</p>
          <p>Pay with this number in your application. M-PESA asks for the PIN here: it is 1234.</p>
        </div>
      </div>

      <div class="scrim" id="bill-scrim" hidden>
        <div class="prompt bill" role="dialog" aria-labelledby="bill-title"><form id="bill" novalidate autocomplete="off">
          <p class="source"><span>M-PESA</span></p>
          <h2 id="bill-title">Pay a bill</h2>
          <div class="scan" id="scan">
            <label class="choose"><input id="code-picture" type="file" accept="image/*"><span>Choose a picture of the code</span></label>
            <label for="code-text">or paste its text</label>
            <input id="code-text" type="text" autocapitalize="off" spellcheck="false" aria-describedby="code-said">
            <p id="code-said" role="status"></p>
          </div>
          <div class="fields" id="bill-fields">
            <label for="bill-shortcode">Business number</label>
            <input id="bill-shortcode" type="text" inputmode="numeric" maxlength="7">
            <label for="bill-account">Account number</label>
            <input id="bill-account" type="text" maxlength="20" autocapitalize="characters" spellcheck="false" placeholder="None: a till">
            <label for="bill-amount">Amount, Ksh</label>
            <input id="bill-amount" type="text" inputmode="numeric" maxlength="7">
            <label for="bill-pin">PIN</label>
            <input id="bill-pin" class="secret" type="text" inputmode="numeric" maxlength="4" data-1p-ignore data-lpignore="true">
          </div>
          <p class="error" id="bill-error" role="alert"></p>
          <div class="answer">
            <button class="quiet" id="bill-cancel" type="button">Cancel</button>
            <button class="strong" type="submit">Pay</button>
          </div>
        </form></div>
      </div>

      <div class="scrim" id="scrim" hidden>
        <div class="prompt" role="dialog" aria-labelledby="prompt-title" aria-describedby="prompt-detail"><form id="prompt" novalidate>
          <p class="source"><span>M-PESA</span><span class="countdown"><svg viewBox="0 0 20 20" aria-hidden="true"><circle class="track" cx="10" cy="10" r="8"/><circle class="left" id="countdown-ring" cx="10" cy="10" r="8" pathLength="100"/></svg><span id="countdown"></span></span></p>
          <h2 id="prompt-title"><span class="visually-hidden">Pay </span><span class="amount" id="prompt-amount"></span> <span class="to">to <b id="prompt-business"></b></span></h2>
          <p class="reference" id="prompt-detail">Account no. <b id="prompt-reference"></b></p>
          <div class="pin" id="pin-box">
            <label for="pin">M-Pesa PIN</label>
            <div class="dots">
              <input id="pin" type="text" inputmode="none" maxlength="4" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="pin-error" data-1p-ignore data-lpignore="true">
              <span></span><span></span><span></span><span></span>
            </div>
            <p id="pin-error" role="alert"></p>
          </div>
          <div class="pad" id="pad" role="group" aria-label="Digits"></div>
          <div class="answer">
            <button class="quiet" id="cancel" type="button">Cancel</button>
            <button class="strong" id="send" type="submit">Send</button>
          </div>
        </form></div>
      </div>

      <div class="off" id="off" hidden>
        <button class="icon" id="power-on" type="button" aria-label="Switch on">
          <svg viewBox="0 0 20 20" aria-hidden="true"><path class="line" d="M10 2.5v7M5.8 4.9a6.7 6.7 0 1 0 8.4 0"/></svg>
        </button>
        <p>This phone is off.</p>
        <p>No prompt reaches it; a push ends with 1037.</p>
      </div>
      <p class="visually-hidden" id="announcement" aria-live="assertive"></p>
    </div>
  </section>

  <section class="desk" aria-label="Sandbox">
    <button class="to-phone" id="to-phone" type="button">‹ Phone</button>
    <dl class="figures">
      <div class="wide"><dt id="merchant-name">Merchant</dt><dd id="merchant-balance">–</dd></div>
      <div><dt>Paid</dt><dd id="count-paid">0</dd></div>
      <div><dt>Open</dt><dd id="count-open">0</dd></div>
      <div><dt>Failed</dt><dd id="count-failed">0</dd></div>
    </dl>
    <div class="tabs" role="tablist" aria-label="Views">
      <button type="button" role="tab" id="tab-traffic" aria-controls="panel-traffic" aria-selected="true">Traffic</button>
      <button type="button" role="tab" id="tab-accounts" aria-controls="panel-accounts" aria-selected="false" tabindex="-1">Accounts</button>
      <button type="button" role="tab" id="tab-ledger" aria-controls="panel-ledger" aria-selected="false" tabindex="-1">Ledger</button>
      <button type="button" role="tab" id="tab-faults" aria-controls="panel-faults" aria-selected="false" tabindex="-1">Faults</button>
    </div>
    <div class="panel" id="panel-traffic" role="tabpanel" aria-labelledby="tab-traffic" tabindex="0">
      <ol class="traffic" id="traffic" role="list" aria-label="Requests and callbacks"></ol>
      <p class="hint" id="traffic-empty">Nothing yet. Point an application at this sandbox: the variables are at <a href="/_sandbox/env">/_sandbox/env</a>.</p>
    </div>
    <div class="panel" id="panel-ledger" role="tabpanel" aria-labelledby="tab-ledger" tabindex="0" hidden>
      <table><thead><tr><th scope="col">Time</th><th scope="col">Entry</th><th scope="col">Reference</th><th scope="col" class="money">Amount</th></tr></thead><tbody id="ledger"></tbody></table>
    </div>
    <div class="panel" id="panel-accounts" role="tabpanel" aria-labelledby="tab-accounts" tabindex="0" hidden>
      <table><thead><tr><th scope="col">Business</th><th scope="col">Account</th><th scope="col" class="money">Balance</th></tr></thead><tbody id="accounts"></tbody></table>
    </div>
    <div class="panel" id="panel-faults" role="tabpanel" aria-labelledby="tab-faults" tabindex="0" hidden>
      <p class="hint">Each order makes one thing go wrong, once, at the next chance: at any request that it fits, or at one of those that you choose.</p>
      <ul class="faults" id="faults"></ul>
    </div>
  </section>
</main>
<template id="delete-icon"><svg viewBox="0 0 26 20" aria-hidden="true"><path class="line" d="M8.5 3h13A2.5 2.5 0 0 1 24 5.5v9a2.5 2.5 0 0 1-2.5 2.5h-13L2 10zM12 7.5l5 5M17 7.5l-5 5"/></svg></template>
</body>
</html>
`
