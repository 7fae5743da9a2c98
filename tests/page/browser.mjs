// The page in a browser, from a plain file server: what the tests of all views share.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const page = join(dirname(fileURLToPath(import.meta.url)), "../../docs/page");
const playwright = join(page, "node_modules/playwright-core/index.mjs");
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/** Why no browser can be had; false where one can. */
export const missing =
  (!existsSync(playwright) && "playwright-core is not there: npm ci in docs/page") ||
  (!chromium && "there is no Chromium: apt-get install chromium");

const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
  ".zip": "application/zip",
};

/** A server of a folder, which can be stopped. */
export async function serve(folder = page) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://page").pathname));
    try {
      const content = await readFile(join(folder, path.endsWith("/") ? `${path}index.html` : path));
      response.writeHead(200, { "content-type": TYPES[extname(path) || ".html"] ?? "text/plain" });
      response.end(content);
    } catch {
      response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { address: `http://127.0.0.1:${server.address().port}/`, stop };
}

export async function launch() {
  const { chromium: launcher } = await import(playwright);
  return launcher.launch({ executablePath: chromium, args: ["--no-sandbox"] });
}
