// The service worker: the shell, and the pages that ask to be kept (my card), for when there is no network.
const SHELL = "ygor-shell-1";
const KEPT = "ygor-kept";
const FILES = /*SHELL*/[];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(prune().then(() => self.clients.claim()));
});

async function prune() {
  const wanted = new Set(FILES.map((file) => new URL(file, self.location).href));
  const cache = await caches.open(SHELL);
  for (const request of await cache.keys()) {
    if (!wanted.has(request.url)) await cache.delete(request);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (url.pathname.startsWith("/static/") || url.pathname === "/theme.css") event.respondWith(file(request));
});

async function page(event) {
  const { request } = event;
  try {
    const response = await fetch(request);
    if (response.ok && response.headers.get("X-Ygor-Offline") === "keep") {
      const kept = await caches.open(KEPT);
      await kept.put(request, response.clone());
      event.waitUntil(keepFiles(kept, response.headers.get("X-Ygor-Offline-Files")));
    }
    return response;
  } catch {
    return (await caches.match(request)) ?? (await caches.match("/offline")) ?? Response.error();
  }
}

/** The scripts of a kept page. One that cannot be had now is asked for again the next time the page is opened. */
async function keepFiles(kept, list) {
  for (const address of list?.split(" ") ?? []) {
    if (await kept.match(address)) continue;
    await kept.delete(address, { ignoreSearch: true }); // an older version
    await kept.add(address).catch(() => null);
  }
}

async function file(request) {
  return (await caches.match(request)) ?? fetch(request).catch(async () =>
    (await caches.match(request, { ignoreSearch: true })) ?? Response.error());
}
