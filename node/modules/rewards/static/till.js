// The till's page with scripts: what is typed is written down first and sent then, so that a bad network loses nothing.
// Without scripts, or where the browser has no database, the form is sent as any other.
import { drain, entries, forgetAnswers, newId, onChange, postpone, put, remove, withdraw } from "./queue.js";

const RETRY_S = [3, 5, 10, 20, 30];
const box = document.querySelector("[data-till-queue]");
const form = document.querySelector("[data-till-form]");
const slug = box?.dataset.tillQueue;
const words = JSON.parse(box?.dataset.words ?? "{}");
let attempts = 0;
let timer = null;
let last = "done";

const make = (tag, text, kind) => Object.assign(document.createElement(tag), { textContent: text, className: kind ?? "" });
const clock = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

function row(entry) {
  const item = make("li", "");
  const line = make("p", "", "row between");
  const tag = { waiting: "warn", pending: "warn", posted: "good", failed: "bad", undone: "" }[entry.state] ?? "";
  line.append(make("b", `${clock(entry.at)} · ${entry.label}`), make("span", words[entry.state] ?? entry.state, `tag ${tag}`));
  item.append(line);
  const who = [entry.firstName, entry.words].filter(Boolean).join(" – ");
  item.append(make("p", entry.state === "waiting" ? words.uncovered : who, "meta"));
  if (entry.state === "waiting" && entry.tries === 0) {
    const button = make("button", words.remove, "quiet small");
    button.type = "button";
    button.addEventListener("click", () => window.confirm(words.sure) && withdraw(entry.number));
    item.append(button);
  }
  return item;
}

async function draw() {
  if (!box) return;
  const mine = await entries(slug);
  const waiting = mine.filter((entry) => entry.state === "waiting");
  box.hidden = mine.length === 0 && navigator.onLine && last !== "sign-in";
  box.querySelector("[data-till-state]").textContent =
    last === "sign-in" ? words.signIn : last === "other-account" ? words.otherAccount
      : navigator.onLine && last !== "offline" ? (waiting.length ? words.sending : words.online) : words.offline;
  box.querySelector("[data-till-count]").textContent = String(waiting.length);
  box.querySelector("[data-till-sign-in]").hidden = last !== "sign-in" && last !== "other-account";
  box.querySelector("[data-till-clear]").hidden = !mine.some((entry) => entry.state !== "waiting");
  box.querySelector("ol").replaceChildren(...mine.reverse().map(row));
}

function later() {
  clearTimeout(timer);
  const seconds = RETRY_S[Math.min(attempts, RETRY_S.length - 1)];
  attempts += 1;
  timer = setTimeout(sendAll, seconds * 1000);
}

async function sendAll(patient = false) {
  clearTimeout(timer);
  last = await drain(slug, patient === true);
  if (last === "done") attempts = 0;
  else if (last !== "sign-in" && last !== "other-account") later();
  await draw();
  return last;
}

function chosen() {
  const data = new FormData(form);
  const offer = data.get("offer_id") ?? "";
  const price = Number(data.get("price")) || null;
  const seen = offer ? JSON.parse(box.dataset.prices)[offer] ?? null : null;
  const option = form.querySelector(`[name="offer_id"] option[value="${offer}"]`);
  return {
    slug, id: data.get("payment_id"), card: data.get("card").trim(), host: data.get("host") ?? "", offer, price,
    priceSeen: seen, label: offer && option ? option.textContent.trim() : `${price ?? ""} ${words.tokens}`,
    later: !navigator.onLine,
  };
}

function say(text, kind) {
  const place = document.querySelector("[data-till-said]");
  place.className = `notice ${kind}`;
  place.textContent = text;
  place.hidden = !text;
  if (text) place.scrollIntoView({ block: "nearest" });
}

/** The form is ready for the next person. */
function next() {
  form.querySelector('[name="card"]').value = "";
  form.querySelector('[name="payment_id"]').value = newId();
  form.querySelector('[name="card"]').focus();
}

/** What became of a charge that was just typed. */
async function conclude(entry) {
  const found = (await entries(slug)).find((each) => each.id === entry.id);
  if (found?.state === "posted" || found?.state === "pending") {
    await remove(found.number); // the page that opens says it, and the day's sheet
    location.assign(`/caisse/${slug}/paiements/${entry.id}`);
    return true;
  }
  if (found?.state === "failed") {
    say(found.words, "bad");
    if (!found.later && found.tries <= 1) await remove(found.number);
    form.querySelector('[name="payment_id"]').value = newId();
  } else {
    if (found) await postpone(found.number);
    say(words.queued, "warn");
    navigator.storage?.persist?.(); // so that a full disk does not take it away
    next();
  }
  return false;
}

async function charge(event) {
  if (event.submitter?.value !== "charge") {
    if (navigator.onLine) return;
    event.preventDefault();
    say(words.noLook, "warn");
    return;
  }
  event.preventDefault();
  const entry = chosen();
  if (/^YGORP:/i.test(entry.card) && !navigator.onLine) return say(words.noPass, "bad");
  if (!entry.offer && !entry.price && entry.card.replace(/[\s-]/g, "").length > 6) return say(words.noPrice, "bad");
  document.documentElement.dataset.tillBusy = "yes";
  try {
    await put(entry);
    if (navigator.onLine) await sendAll(true);
    if (await conclude(entry)) return;
  } catch (error) {
    say(error.message === "full" ? words.full : words.noDatabase, "bad");
  }
  delete document.documentElement.dataset.tillBusy;
  await draw();
}

async function setUp() {
  await forgetAnswers(slug); // fails where there is no database: then the form stays as it is
  onChange(draw);
  window.addEventListener("online", sendAll);
  window.addEventListener("offline", draw);
  box.querySelector("[data-till-send]").addEventListener("click", sendAll);
  box.querySelector("[data-till-clear]").addEventListener("click", () => forgetAnswers(slug, true));
  if (form) {
    form.querySelector('[name="payment_id"]').value = newId(); // a page kept for later would hand its own out twice
    form.addEventListener("submit", charge);
  }
  await sendAll();
}

if (box && "indexedDB" in window) setUp().catch(() => null);
