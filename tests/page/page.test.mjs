// The page in a browser, as somebody uses it: node --test tests/page/page.test.mjs
// It is skipped, with the reason, where the page is not built or Chromium is not there.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, missing, page, serve } from "./browser.mjs";

const built = existsSync(join(page, "built/version.js"));
const skip = missing || (!built && "the page is not built: python docs/page/build.py");
let server, browser, phone, working;

before(async () => {
  if (skip) return;
  server = await serve();
  browser = await launch();
  phone = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: "block" });
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A tab at a question, what it says of itself, and what it asks of the network. */
async function opened(hash = "", context = phone) {
  const tab = await context.newPage();
  const said = [];
  const asked = [];
  tab.on("pageerror", (error) => said.push(error.message));
  tab.on("console", (message) => message.type() === "error" && said.push(message.text()));
  tab.on("request", (request) => asked.push(request.url()));
  await tab.goto(`${server.address}${hash}`);
  return { tab, said, asked };
}

const ready = (tab) =>
  tab.waitForFunction(() => document.documentElement.dataset.engine === "ready", null, { timeout: 60_000 });

/** The one tab in which the engine is started, at another question. */
async function atWork(hash = "") {
  working ??= await opened();
  await ready(working.tab);
  await working.tab.evaluate((to) => (location.hash = to), hash);
  if (!hash) await working.tab.locator("#answer:empty").waitFor({ state: "attached" });
  return working;
}
const hash = (text, from) => `#${new URLSearchParams(from ? { q: text, from } : { q: text })}`;

test("the first question is a link, and its cause and place are on a phone's first screen", { skip }, async () => {
  const { tab, said } = await opened();
  await tab.getByRole("link", { name: /Why is it Wᵀ/ }).click();
  const place = tab.locator(".verdict mark").first();
  await place.waitFor();
  assert.equal(await place.textContent(), "W2");
  const cause = tab.getByText("what belongs here is W2.T");
  for (const part of [place, cause]) {
    const box = await part.boundingBox();
    assert.ok(box.y > 0 && box.y + box.height < 844, `it lies at ${box.y}`);
  }
  assert.ok(await tab.getByRole("heading", { name: "It does not fit" }).isVisible());
  assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), 390);
  assert.deepEqual(said, []);
  await tab.close();
});

test("the second question: what does not fit, and the repair", { skip }, async () => {
  const { tab, said } = await opened();
  await tab.getByRole("link", { name: /2×1 · 2×3/ }).click();
  await tab.getByRole("heading", { name: "Repaired" }).waitFor();
  assert.match(await tab.locator(".aligned .wrong").first().textContent(), /1 ≠ 2/);
  assert.match(await tab.locator(".verdict").textContent(), /dW2 = \(W3\.T @ d3 \* r\) @ x\.T/);
  assert.deepEqual(said, []);
  await tab.close();
});

test("a formula is derived by the engine as one types, and nothing is asked of the network", { skip }, async () => {
  const { tab, said, asked } = await atWork();
  const before = asked.length;
  assert.ok(asked.every((url) => url.startsWith(server.address) || url.startsWith("data:")), String(asked));
  await tab.locator("#text").pressSequentially("tr(A X B)", { delay: 5 });
  await tab.locator('section[aria-label="denominator layout"]').waitFor();
  await tab.getByRole("button", { name: "X", exact: true }).click();
  await tab.getByText("A.T @ B.T").first().waitFor();
  assert.match(await tab.locator('section[aria-label="numerator layout"]').textContent(), /B @ A/);
  await tab.getByRole("tab", { name: "JAX" }).click();
  await tab.getByText("import jax.numpy as jnp").waitFor();
  await tab.getByText("Steps", { exact: true }).click();
  await tab.locator(".step").first().waitFor();
  await tab.getByText("The graph", { exact: true }).click();
  await tab.locator("img.picture").waitFor();
  assert.deepEqual(asked.slice(before).filter((url) => !url.startsWith("data:")), []);
  assert.deepEqual(said, []);
});

test("a line of one's own is checked by the keyboard alone", { skip }, async () => {
  const { tab, said } = await atWork();
  await tab.evaluate(() => document.activeElement?.blur());
  await tab.keyboard.press("Tab"); // a link to the formula, for those who do not point
  await tab.keyboard.press("Enter");
  assert.equal(await tab.evaluate(() => document.activeElement.id), "text");
  await tab.keyboard.insertText("2 A x");
  await tab.keyboard.press("Enter");
  await tab.locator(".layouts").waitFor();
  await tab.keyboard.press("Tab");
  assert.equal(await tab.evaluate(() => document.activeElement.id), "check");
  await tab.keyboard.press("Enter");
  assert.equal(await tab.evaluate(() => document.activeElement.id), "because");
  await tab.locator("a.skip").focus(); // it leads to the field, and the question stays
  await tab.keyboard.press("Enter");
  assert.equal(await tab.evaluate(() => document.activeElement.id), "text");
  assert.equal(await tab.evaluate(() => location.hash), hash("2 A x"));
  await tab.locator("#because").focus();
  await tab.keyboard.insertText("x'Ax");
  await tab.keyboard.press("Enter");
  await tab.getByRole("heading", { name: /symmetric-part/ }).waitFor();
  assert.match(await tab.locator("#said").textContent(), /symmetric-part/);
  assert.deepEqual(said, []);
});

test("hint by hint, the cause is not told before it is asked for, nor said aloud", { skip }, async () => {
  const { tab } = await atWork(hash("2 A x", "x'Ax"));
  await tab.getByRole("button", { name: "Hint by hint" }).click();
  await tab.getByRole("button", { name: "Next: the place" }).waitFor();
  assert.doesNotMatch(await tab.locator("main").textContent(), /symmetric|A\.T/);
  await tab.getByRole("button", { name: "Next: the place" }).click();
  assert.equal(await tab.locator(".verdict mark").textContent(), "2 A");
  await tab.keyboard.press("Enter"); // the cause: the focus stays at the next hint
  await tab.getByRole("heading", { name: /symmetric-part/ }).waitFor();
  assert.equal(await tab.getByRole("heading", { name: "Repaired" }).count(), 0);
  await tab.getByRole("button", { name: "All at once" }).click();
  await tab.getByRole("heading", { name: "Repaired" }).waitFor();
});

test("an assumed shape is changed in its chip", { skip }, async () => {
  const { tab } = await atWork(hash("W x"));
  await tab.getByRole("button", { name: /^W is m×n, assumed/ }).click();
  await tab.locator(".chips input").fill("W[2,3]");
  await tab.keyboard.press("Enter");
  await tab.getByRole("button", { name: /^W is 2×3: change/ }).waitFor();
  assert.ok(await tab.getByRole("button", { name: /^x is 3×1, assumed/ }).isVisible());
  assert.match(decodeURIComponent(await tab.evaluate(() => location.hash)), /let=W\[2,3\]/);
});

test("an answer that comes after its question was taken back is not shown", { skip }, async () => {
  const { tab } = await atWork();
  await tab.locator("#text").fill("tr(A X B X)");
  await tab.keyboard.press("Enter");
  await tab.locator("#text").fill("");
  await tab.keyboard.press("Enter");
  await tab.evaluate(() => new Promise((done) => setTimeout(done, 1500)));
  assert.equal(await tab.locator("#answer").textContent(), "");
});

test("what is typed is never HTML, wherever it comes from", { skip }, async () => {
  const attack = "<img src=x onerror=window.hit=1>";
  const fields = [{ q: attack }, { q: "x", from: attack }, { q: `x + "${attack}"` }, { q: "x", let: attack }, { q: "x", by: attack }];
  for (const field of fields) {
    const { tab } = await atWork(`#${new URLSearchParams(field)}`);
    await tab.getByText("<img", { exact: false }).first().waitFor();
    assert.equal(await tab.evaluate(() => window.hit), undefined);
    assert.equal(await tab.locator("#answer img:not(.picture)").count(), 0);
    await atWork();
  }
});

test("a second visit needs no network", { skip, timeout: 90_000 }, async () => {
  const own = await serve();
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.goto(own.address);
  await tab.evaluate(() => navigator.serviceWorker.ready);
  await tab.waitForFunction(() => navigator.serviceWorker.controller, null, { timeout: 60_000 });
  await tab.close();
  await own.stop();
  const again = await context.newPage();
  await again.goto(`${own.address}${hash("x'B x")}`);
  await again.getByText("(B + B.T) @ x").first().waitFor({ timeout: 60_000 });
  await context.close();
});
