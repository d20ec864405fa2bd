// Keeps the page's own files, so that it opens without a network. The server puts in the digest of
// all files, so that a change of any of them is a new worker with a new cache. Nothing else is kept.

const CACHE = "points-verify-__DIGEST__";
const FILES = __FILES__;

self.addEventListener("install", (event) => {
  const fresh = FILES.map((file) => new Request(file, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const ours = (await caches.keys()).filter((name) => name.startsWith("points-verify-"));
    await Promise.all(ours.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== location.origin || !FILES.includes(pathname)) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    return (await cache.match(pathname)) ?? fetch(event.request);
  })());
});
