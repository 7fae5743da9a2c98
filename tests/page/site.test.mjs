// Nothing is cut on a phone or on a desk: MATCALC_SITE=build/site node --test tests/page/site.test.mjs

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, missing, serve } from "./browser.mjs";

const site = process.env.MATCALC_SITE;
const skip = missing || (!site && "MATCALC_SITE names no built site");
const FEW = /^index|\/03|from-a-loss|command-line/;

const pages = skip ? [] : readdirSync(site, { recursive: true }).filter((name) => /^(?!page|404).*\.html$/.test(name));
const shown = process.env.MATCALC_ALL_RECORDS ? pages : pages.filter((name) => FEW.test(name));

let server, browser;

before(async () => {
  if (skip) return;
  server = await serve(site);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** In the page: what is wider than its place, lines in columns that were broken, formulas that are not set. */
function cut() {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const wide = (one) => one.scrollWidth > one.clientWidth + 1;
  const inColumns = ({ textContent: text }) =>
    text.length < 85 && /\S {2,}\S/.test(text) && !/^(\$|>>>|\.\.\.) /.test(text);
  const broken = (line) => line.getBoundingClientRect().height > 2 * parseFloat(getComputedStyle(line).fontSize);
  return [
    ...all("article pre > code, .katex-display").filter(wide),
    ...all("article pre > code > span").filter((line) => inColumns(line) && broken(line)),
    ...all(".formula, .katex-error"),
    ...all("html").filter(wide),
  ].map((one) => one.textContent.trim().slice(0, 90));
}

test("on a phone and on a desk nothing is cut, and every formula is set", { skip }, async () => {
  assert(shown.length > 3);
  const tab = await browser.newPage();
  for (const name of shown) {
    await tab.goto(server.address + name);
    for (const width of [390, 1280]) {
      await tab.setViewportSize({ width, height: 900 });
      await tab.evaluate(() => document.fonts.ready.then(() => new Promise(requestAnimationFrame)));
      assert.deepEqual(await tab.evaluate(cut), [], `${name} at ${width}`);
    }
  }
});
