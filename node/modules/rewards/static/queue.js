// Charges that wait for the network, in this browser's own database: written down before anything is sent, sent one by
// one in their order, each under an id made here, so that no answer can be lost and none can count twice.
// Nothing here is money: a waiting charge is covered by nobody until the commune has answered.

const NAME = "ygor-till";
const STORE = "charges";
const ANSWER_S = 10;
const KEEP_ANSWERS_MS = 24 * 3600 * 1000;
const MOST = 500;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const channel = "BroadcastChannel" in window ? new BroadcastChannel(NAME) : null;

/** An id as the server makes them: 48 bits of milliseconds, 80 random bits, in Crockford's base 32. */
export function newId(now = Date.now()) {
  let time = "";
  for (let left = now, i = 0; i < 10; i += 1, left = Math.floor(left / 32)) time = ALPHABET[left % 32] + time;
  return time + [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => ALPHABET[byte % 32]).join("");
}

let opened = null;

function open() {
  opened ??= new Promise((done, failed) => {
    const asking = indexedDB.open(NAME, 1);
    asking.onupgradeneeded = () => {
      const store = asking.result.createObjectStore(STORE, { keyPath: "number", autoIncrement: true });
      store.createIndex("id", "id", { unique: true });
    };
    asking.onsuccess = () => done(asking.result);
    asking.onerror = () => failed(asking.error);
  });
  return opened;
}

/** Run `work` in one transaction; resolves with its request's result once the transaction is on disk. */
async function within(mode, work) {
  const database = await open();
  return new Promise((done, failed) => {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const request = work(transaction.objectStore(STORE));
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => failed(transaction.error ?? new Error("aborted"));
  });
}

/** All that is written down for a till, in its order. */
export async function entries(slug) {
  const found = await within("readonly", (store) => store.getAll());
  return slug ? found.filter((entry) => entry.slug === slug) : found;
}

/** Write a charge down. Resolves when it is on disk: from then on the tab may be closed. */
export async function put(entry) {
  const all = await entries();
  if (all.filter((each) => each.state === "waiting").length >= MOST) throw new Error("full");
  await within("readwrite", (store) => store.add({ state: "waiting", tries: 0, at: new Date().toISOString(), ...entry }));
  tell();
}

/** Change an entry; answers false when it is no longer there. */
async function update(number, changes) {
  const found = await within("readwrite", (store) => {
    const asking = store.get(number);
    asking.onsuccess = () => asking.result && store.put({ ...asking.result, ...changes });
    return asking;
  });
  tell();
  return Boolean(found);
}

/** The cashier was told that it waits: whatever becomes of it now is kept on the day's sheet. */
export const postpone = (number) => update(number, { later: true });

export async function remove(number) {
  await within("readwrite", (store) => store.delete(number));
  tell();
}

/** Take a waiting charge out again. Only one that was never sent is certain to be unpaid: any other stays. */
export async function withdraw(number) {
  await within("readwrite", (store) => {
    const asking = store.get(number);
    asking.onsuccess = () => asking.result?.state === "waiting" && asking.result.tries === 0 && store.delete(number);
    return asking;
  });
  tell();
}

export async function forgetAnswers(slug, all = false) {
  const limit = Date.now() - KEEP_ANSWERS_MS;
  for (const entry of await entries(slug)) {
    if (entry.state !== "waiting" && (all || Date.parse(entry.at) < limit)) await remove(entry.number);
  }
}

export function onChange(call) {
  channel?.addEventListener("message", call);
  window.addEventListener(NAME, call);
}

function tell() {
  channel?.postMessage("changed");
  window.dispatchEvent(new Event(NAME));
}

async function ask(path, options = {}) {
  const answer = await fetch(path, {
    ...options, credentials: "same-origin", redirect: "manual", cache: "no-store",
    headers: { Accept: "application/json", ...options.headers }, signal: AbortSignal.timeout(ANSWER_S * 1000),
  });
  const text = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
  return { status: answer.status, body: text };
}

async function sendOne(entry, csrf) {
  const body = {
    id: entry.id, card: entry.card, host: entry.host, offer_id: entry.offer, price: entry.price,
    price_seen: entry.priceSeen, entered_at: entry.at, waited: entry.tries > 0 || Boolean(entry.later),
  };
  if (!(await update(entry.number, { tries: entry.tries + 1 }))) return null; // just taken out
  return ask(`/caisse/${entry.slug}/envoi`, {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
  });
}

/** What an answer means. The code of the card is forgotten as soon as it has served. */
async function settle(entry, answer) {
  if (answer === null) return "next";
  const { status, body } = answer;
  if (status === 200 && body) {
    const { state, words, price, title } = body;
    await update(entry.number, { state, words, price, title, firstName: body.first_name, card: "" });
    return "next";
  }
  if (status === 401) return "sign-in";
  if (status === 403) return body?.code === "web.csrf" ? "again" : "other-account";
  if (status === 404 || status === 409 || status === 422 || status === 400) {
    const field = Object.values(body?.errors ?? {})[0];
    await update(entry.number, { state: "failed", words: field ?? body?.detail ?? "", card: "" });
    return "next";
  }
  return "later"; // too many, or the server is not well
}

async function drainOne(slug) {
  const first = await ask(`/caisse/${slug}/etat`);
  if (first.status === 401) return "sign-in";
  if (first.status === 403) return "other-account";
  if (first.status !== 200 || !first.body) return "later";
  for (let i = 0; i < MOST; i += 1) {
    const entry = (await entries(slug)).find((each) => each.state === "waiting");
    if (!entry) return "done";
    const outcome = await settle(entry, await sendOne(entry, first.body.csrf));
    if (outcome !== "next") return outcome;
  }
  return "later";
}

/** Send what waits, one tab at a time. `patient`: wait for another tab to be done, a while.
 *  Answers done, later, offline, sign-in, other-account, again or elsewhere. */
export async function drain(slug, patient = false) {
  const work = async (lock) => {
    if (!lock) return "elsewhere";
    try {
      return await drainOne(slug);
    } catch {
      return "offline";
    }
  };
  if (!navigator.locks) return work(true); // the ids alone make it harmless then
  const options = patient ? { signal: AbortSignal.timeout(ANSWER_S * 1000) } : { ifAvailable: true };
  return navigator.locks.request(`${NAME} ${slug}`, options, work).catch(() => "elsewhere");
}
