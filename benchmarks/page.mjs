// How fast the page is, and how much of it travels: node benchmarks/page.mjs, after it is built.
// Milliseconds in headless Chromium from a local server, the median of several; bytes with gzip.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { launch, page, serve } from "../tests/page/browser.mjs";

const VISITS = 3;
const DERIVED = ["tr(A X B)", "½‖Ax − b‖²", "log(det(X)) + b' X c", "softmax(W x)", "x'A x + sin(b'x)"];
const CHECKED = [
  ["dz1 = W2 @ dz2 * tanh(z1)", "z2 = W2 @ tanh(z1)"],
  ["2 A x", "x'Ax"],
  ["dW2 = d3 W3 r x^T", "z2 = W2 @ x; a2 = relu(z2); z3 = W3 @ a2"],
  ["X' (X w - y)", "‖X w − y‖²"],
];
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const hash = (text, from) => `#${new URLSearchParams(from ? { q: text, from } : { q: text })}`;

const server = await serve();
const browser = await launch();
const found = { "first answer": [], "engine ready": [], derive: [], check: [] };
for (let visit = 0; visit < VISITS; visit += 1) {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const tab = await context.newPage();
  const start = performance.now();
  const since = () => Math.round(performance.now() - start);
  await tab.goto(`${server.address}${hash("dz1 = W2 @ dz2 * g1'(z1)", "z2 = W2 @ g1(z1)")}`, { waitUntil: "commit" });
  await tab.locator(".verdict mark").first().waitFor();
  found["first answer"].push(since());
  await tab.waitForFunction(() => document.documentElement.dataset.engine === "ready", null, { timeout: 120_000 });
  found["engine ready"].push(since());
  // warm, as after a first question; then the time from asking to what is shown, without the pause
  for (const [kind, questions] of [["derive", DERIVED.map((one) => [one])], ["check", CHECKED]]) {
    for (const question of questions) {
      found[kind].push(
        await tab.evaluate(async (to) => {
          const answer = document.getElementById("answer");
          const shown = new Promise((resolve) => {
            new MutationObserver((_, observer) => (observer.disconnect(), resolve())).observe(answer, { childList: true });
          });
          const before = performance.now();
          location.hash = to;
          await shown;
          return Math.round(performance.now() - before);
        }, hash(...question)),
      );
    }
  }
  await context.close();
}
await browser.close();
await server.stop();
for (const [name, times] of Object.entries(found)) {
  console.log(name.padEnd(14), `${median(times)} ms`.padStart(9), `  (largest ${Math.max(...times)})`);
}

/** The files of a folder of the page, and of those in it. */
const files = (folder) =>
  readdirSync(join(page, folder), { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? files(join(folder, one.name)) : [join(folder, one.name)],
  );
const own = readdirSync(page).filter((name) => /\.(html|js|css)$/.test(name));
const bytes = [...own, ...files("built")].map((name) => gzipSync(readFileSync(join(page, name)), { level: 9 }).length);
console.log("over the wire".padEnd(14), `${(bytes.reduce((a, b) => a + b) / 1e6).toFixed(2)} MB`.padStart(9));
process.exit(0);
