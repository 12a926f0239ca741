/** The colours of the sandbox's pages, by day and by night. */
export const palette = String.raw`
:root {
  color-scheme: light dark;
  --ground: #e9ede8;
  --screen: #f5f7f4;
  --surface: #ffffff;
  --sunken: #eef2ed;
  --line: #dde4dc;
  --text: #14201a;
  --soft: #5b6a61;
  --green: #0b7a4b;
  --green-deep: #075c39;
  --on-green: #ffffff;
  --tint: #e0f2e8;
  --good: #0b7043; --good-tint: #dff3e7;
  --bad: #b3261e; --bad-tint: #fce5e2;
  --waiting: #8a5a00; --waiting-tint: #fdf0d2;
  --bezel: #141a17;
  --bezel-edge: #39443e;
  --shadow: 0 1px 2px #0d1f1626, 0 24px 60px -12px #0d1f1640;
  --scrim: #0c1a138c;
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #080c0a;
    --screen: #0e1412;
    --surface: #18211c;
    --sunken: #121a16;
    --line: #2a352f;
    --text: #e8efea;
    --soft: #98a79e;
    --green: #3fbf83;
    --green-deep: #0d5f3c;
    --on-green: #04190f;
    --tint: #143526;
    --good: #66d39c; --good-tint: #12301f;
    --bad: #ff9d94; --bad-tint: #3d1714;
    --waiting: #f0c264; --waiting-tint: #362a0e;
    --bezel: #050706;
    --bezel-edge: #333d38;
    --shadow: 0 0 0 1px #ffffff0d, 0 24px 60px -12px #000000b3;
    --scrim: #000000a6;
  }
}
`
