// Draws the twelve product pictures: `node scripts/pictures.mjs` writes public/pictures/<slug>.svg.
// Presentation attributes only (no <style>, no style=""), so that no content security policy can undress them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { cloth } from './pictures/cloth.mjs'
import { home } from './pictures/home.mjs'
import { pantry } from './pictures/pantry.mjs'
import { wear } from './pictures/wear.mjs'

const folder = new URL('../public/pictures/', import.meta.url)
mkdirSync(folder, { recursive: true })

for (const [slug, drawing] of Object.entries({ ...pantry, ...cloth, ...home, ...wear })) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 1000" width="1000" height="1000">${drawing}</svg>\n`
  writeFileSync(new URL(`${slug}.svg`, folder), svg.replace(/\n\s+/g, '\n'))
}
