// The engine: Python in a worker, so that the page never waits. A question comes as JSON and goes
// back, with its number, as JSON.

/** @type {Promise<(question: string) => string>} */
const ready = start();

async function start() {
  const built = new URL("built/", self.location.href).href;
  /** @type {typeof import("pyodide")} */
  const { loadPyodide } = await import(`${built}pyodide/pyodide.mjs`);
  const [python, packed] = await Promise.all([
    loadPyodide({ indexURL: `${built}pyodide/` }),
    fetch(`${built}engine.zip`).then((response) => response.arrayBuffer()),
  ]);
  python.FS.writeFile("/engine.zip", new Uint8Array(packed));
  python.runPython("import sys; sys.path.insert(0, '/engine.zip')");
  return python.runPython("import matcalc_page; matcalc_page.answer");
}

ready.then(
  () => self.postMessage({ kind: "ready" }),
  (error) => self.postMessage({ kind: "failed", message: String(error) }),
);

self.addEventListener("message", async (event) => {
  const { number, question } = event.data;
  try {
    const answer = await ready;
    self.postMessage({ kind: "answer", number, answer: answer(question) });
  } catch (error) {
    const message = String(error).trim().split("\n").at(-1);
    self.postMessage({ kind: "broken", number, message });
  }
});
