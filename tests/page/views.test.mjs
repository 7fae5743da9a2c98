// The three views that need no engine, in a browser: node --test tests/page/views.test.mjs

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address } from "../../docs/page/exercise.js";
import { launch, missing, serve } from "./browser.mjs";
import { transposed } from "./transposed.mjs";

let server, browser;

before(async () => {
  if (missing) return;
  server = await serve();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A test on a phone; whatever the page complains of is a failure, and so is a request to elsewhere. */
const phone = (name, run) =>
  test(name, { skip: missing }, async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
    const tab = await context.newPage();
    tab.setDefaultTimeout(5000);
    const said = [];
    tab.on("pageerror", (error) => said.push(error.message));
    tab.on("console", (message) => message.type() === "error" && said.push(message.text()));
    tab.on("request", (request) => request.url().startsWith(server.address) || said.push(request.url()));
    await run(tab);
    assert.deepEqual(said, []);
    assert.ok(
      (await tab.evaluate(() => document.documentElement.scrollWidth)) <= 390,
      "it is wider than the phone",
    );
    await context.close();
  });
const lit = (tab) => tab.locator(".lamp.lit").evaluateAll((lamps) => lamps.map((each) => each.dataset.lamp));

phone(
  "four lamps: the link of the second question fits and is not right; turned into the right product, all are lit",
  async (tab) => {
    await tab.goto(`${server.address}pieces.html`);
    assert.deepEqual(await lit(tab), ["once"]);
    assert.equal(await tab.locator(".joint.apart").innerText(), "·\n1 ≠ 2");
    await tab.getByRole("link", { name: /as a row it fits/ }).click();
    await tab.locator('.lamp.lit[data-lamp="fits"]').waitFor();
    assert.deepEqual(await lit(tab), ["fits", "once"]);
    await tab.getByRole("button", { name: "transpose" }).click(); // δ³ stands again
    await tab.locator(".piece").nth(1).click();
    await tab.getByRole("button", { name: "← left" }).click();
    await tab.getByRole("button", { name: "transpose" }).click();
    await tab.locator(".joint").nth(1).click();
    assert.deepEqual(await lit(tab), ["fits", "wanted", "once", "right"]);
    assert.equal(await tab.locator("p.line").innerText(), "((W³ᵀ · δ³) ⊙ relu′) · xᵀ = 3×2");
    await tab.reload();
    assert.equal((await lit(tab)).length, 4); // the address holds it
    await tab.getByRole("button", { name: "numerator layout" }).click();
    assert.equal((await lit(tab)).length, 4);
  },
);

phone("four lamps by the keyboard, and by dragging", async (tab) => {
  await tab.goto(`${server.address}pieces.html`);
  await tab.locator(".piece").first().focus();
  for (const key of ["Shift+ArrowRight", "ArrowLeft", "t"]) await tab.keyboard.press(key);
  await tab.keyboard.press("Tab"); // the first joint, and beyond W³ and δ³ the second
  for (const key of ["Tab", "Tab", "Enter"]) await tab.keyboard.press(key);
  assert.equal((await lit(tab)).length, 4);
  assert.match(await tab.locator("#said").textContent(), /right: yes/);
  await tab.goto(`${server.address}pieces.html#task=dW3&line=a2t.d3`);
  const box = await tab.locator(".piece").first().boundingBox();
  const to = await tab.locator(".piece").nth(1).boundingBox();
  await tab.mouse.move(box.x + box.width / 2, box.y + 20);
  await tab.mouse.down();
  await tab.mouse.move(to.x + to.width / 2, to.y + 24, { steps: 4 });
  await tab.mouse.up();
  assert.equal((await lit(tab)).length, 4);
});

phone("forward and backward: a row, a column, and the T that goes", async (tab) => {
  await tab.goto(`${server.address}network.html`);
  const marked = () => tab.locator(".weights td.lit").allTextContents();
  assert.deepEqual(await marked(), ["2", "−1", "3"]);
  await tab.locator('[data-key="to 1"]').focus();
  assert.deepEqual(await marked(), ["1", "4", "−2"]);
  await tab.getByRole("button", { name: "backward" }).click();
  await tab.locator('[data-key="from 2"]').hover();
  assert.deepEqual(await marked(), ["3", "−2"]);
  assert.match(await tab.locator(".sum.lit").innerText(), /da = Wᵀ dz/);
  await tab.getByRole("button", { name: "from i to j" }).click();
  assert.match(await tab.locator(".sum.lit").innerText(), /da = W dz/);
  await tab.getByRole("button", { name: "one weight" }).click();
  await tab.locator('[data-key="arrow 1 2"]').focus();
  assert.deepEqual(await marked(), ["30"]);
  assert.equal(await tab.locator(".sums munder").count(), 0);
});

phone("find the mistake in three moves, by the keyboard alone", async (tab) => {
  await tab.goto(`${server.address}exercises.html${address(transposed)}`);
  const focusOn = async (name) => {
    for (let k = 0; k < 40; k += 1) {
      await tab.keyboard.press("Tab");
      if ((await tab.evaluate(() => document.activeElement.textContent)) === name) return;
    }
    assert.fail(`Tab does not lead to ${name}`);
  };
  await focusOn("dz2");
  await tab.keyboard.press("Enter");
  await tab.getByText("This is as it should be.").first().waitFor();
  await tab.keyboard.press("Shift+Tab");
  await tab.keyboard.press("Shift+Tab");
  await tab.keyboard.press("Enter"); // W2
  await tab.keyboard.press("Enter"); // does not fit: the focus went there
  await tab.keyboard.insertText("W2.T @ dz2");
  await tab.keyboard.press("Enter");
  await tab.getByText("It comes out as a column; a matrix is expected.").first().waitFor();
  await tab.keyboard.press("Control+a");
  await tab.keyboard.insertText(transposed.repair);
  await tab.keyboard.press("Enter");
  await tab.getByRole("heading", { name: "Why" }).waitFor();
  assert.deepEqual(
    await tab.evaluate(() =>
      JSON.parse(localStorage["matcalc.exercises"]).notes.map((one) => [
        one.placeTries,
        one.causeTries,
        one.repairTries,
      ]),
    ),
    [[2, 1, 1]],
  );
  await tab.keyboard.press("Enter"); // a fresh one
  assert.ok(!(await tab.locator(".typed-line").innerText()).includes("W2 @ dz2 * step(z1)"));
  assert.equal(
    new URLSearchParams((await tab.evaluate(() => location.hash)).slice(1)).get("cause"),
    "transpose",
  );
});

phone("a repair is put together by touch", async (tab) => {
  await tab.goto(`${server.address}exercises.html${address({ ...transposed, level: 2 })}`);
  await tab.locator('[data-key="show 0"]').tap();
  await tab.locator('[data-key="show 1"]').tap();
  for (const word of ["(", "W2.T", "@", "dz2", "*", "step", "(", "z1", ")", ")", "@", "x.T"]) {
    await tab.locator(`[data-key="word ${word}"]`).tap();
  }
  assert.equal(await tab.locator('[data-key="repair"]').inputValue(), "(W2.T @ dz2 * step(z1)) @ x.T");
  await tab.locator('[data-key="check"]').tap();
  await tab.getByText("Yes: its numbers are those of the derivative.").first().waitFor();
});

phone("what the address holds is never HTML", async (tab) => {
  const attack = "<img src=x onerror=window.hit=1>";
  const places = [
    `exercises.html${address({ ...transposed, why: [attack] })}`,
    `exercises.html${address({ ...transposed, line: attack, forward: attack })}`,
    `pieces.html#task=${attack}&line=${attack}`,
    `network.html#way=${attack}&w=${attack}`,
  ];
  for (const place of places) {
    await tab.goto("about:blank");
    await tab.goto(server.address + place);
    await tab.locator("#view > *").first().waitFor();
    const moves = place.startsWith("exercises") ? [0, 1, 2] : [];
    for (const k of moves) await tab.locator(`[data-key="show ${k}"]`).click();
    assert.equal(await tab.locator("img").count(), 0);
    assert.equal(await tab.evaluate(() => window.hit), undefined);
  }
});

phone("the link over the head leads to the page, and what the address holds stays", async (tab) => {
  for (const at of ["pieces.html#task=dW2&line=d3t.W3.r.xt", "network.html#sizes=3-4-2", "exercises.html"]) {
    await tab.goto(`${server.address}${at}`);
    const before = await tab.evaluate(() => location.hash);
    await tab.locator("a.skip").focus();
    await tab.keyboard.press("Enter");
    assert.equal(await tab.evaluate(() => document.activeElement.id), "main");
    assert.equal(await tab.evaluate(() => location.hash), before);
  }
});
