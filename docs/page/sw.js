// Keeps the page in the browser: the second visit starts at once, and without a network.
// What a build consists of is kept as a whole, under its own name, so that versions never mix.

/** @typedef {{version: string, files: string[]}} Build */

const worker = /** @type {ServiceWorkerGlobalScope & {BUILD: Build}} */ (/** @type {any} */ (self));
worker.importScripts("built/version.js");
const { version, files } = worker.BUILD;

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(version).then((cache) => cache.addAll(["./", ...files])));
  worker.skipWaiting();
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answered(event.request));
});

async function forgetOthers() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("matcalc-") && name !== version);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** @param {Request} request */
async function answered(request) {
  const cache = await caches.open(version);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}
