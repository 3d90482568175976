// A draw done again from its file (specs/gold.md §9), in the browser alone: what protocols/gold/ does, written a second
// time. Hashes are the browser's own (crypto.subtle), the curve is the npm package @noble/ed25519.
import { Point, verifyAsync } from "../vendor/noble/ed25519.js";

const PROTOCOL = "ygor-draw/1";
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const WORDS = 1n << 64n;
const HASH = /^[0-9a-f]{64}$/;
const MOST_ENTRIES = 100_000;
const utf8 = new TextEncoder();

/** The first thing that is wrong: `code` and what stands in its sentence. */
export class Fault extends Error {
  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

const refuse = (code, params) => {
  throw new Fault(code, params);
};

// --- bytes ---

const join = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const equal = (one, other) => hex(one) === hex(other);
const little = (bytes) => BigInt("0x" + (hex(bytes.slice().reverse()) || "0"));
const big = (bytes) => BigInt("0x" + hex(bytes));
const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));
const sha256 = (bytes) => digest("SHA-256", bytes);
const sha512 = (bytes) => digest("SHA-512", bytes);

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
function base58(text) {
  if (text[0] !== "z" || text.length > 200) throw new Error("multibase");
  let number = 0n;
  for (const letter of text.slice(1)) {
    const digit = BASE58.indexOf(letter);
    if (digit < 0) throw new Error("base58");
    number = number * 58n + BigInt(digit);
  }
  let digits = number.toString(16);
  if (digits.length % 2) digits = "0" + digits;
  const zeros = text.slice(1).match(/^1*/)[0].length;
  return join(new Uint8Array(zeros), number === 0n ? new Uint8Array() : unhex(digits));
}
function publicKey(text) {
  const bytes = base58(text);
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) throw new Error("multikey");
  return bytes.slice(2);
}

// --- RFC 8785, for what these files hold: objects, lists, texts, whole numbers, booleans, null ---

export function canonical(value) {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Error("number");
  if (Array.isArray(value)) return "[" + value.map(canonical).join(",") + "]";
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((name) => JSON.stringify(name) + ":" + canonical(value[name]));
  return "{" + members.join(",") + "}";
}
const jcs = (value) => sha256(utf8.encode(canonical(value)));
const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

// --- ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381 §5) ---

const vrfHash = (domain, data) => sha512(join(Uint8Array.of(3, domain), data, Uint8Array.of(0)));
const decode = (bytes) => Point.fromBytes(bytes, false);
const eightfold = (point) => point.double().double().double();
const times = (number, point) => point.multiply(number, false);

async function toCurve(key, alpha) {
  for (let counter = 0; counter < 256; counter += 1) {
    const tried = (await vrfHash(1, join(key, alpha, Uint8Array.of(counter)))).slice(0, 32);
    let point;
    try {
      point = eightfold(decode(tried));
    } catch {
      continue;
    }
    if (!point.is0()) return point;
  }
  throw new Error("no point");
}

/** The output (64 bytes) that a proof (80 bytes) proves; null if it does not. */
export async function vrfOutput(key, alpha, proof) {
  try {
    const response = little(proof.slice(48));
    if (proof.length !== 80 || response >= ORDER) return null;
    const [owner, gamma] = [decode(key), decode(proof.slice(0, 32))];
    if (!owner.isTorsionFree() || !gamma.isTorsionFree() || owner.is0()) return null;
    const challenge = little(proof.slice(32, 48));
    const point = await toCurve(key, alpha);
    const u = times(response, Point.BASE).add(times(challenge, owner).negate());
    const v = times(response, point).add(times(challenge, gamma).negate());
    const points = [owner, point, gamma, u, v].map((one) => one.toBytes());
    const again = (await vrfHash(2, join(...points))).slice(0, 16);
    return equal(again, proof.slice(32, 48)) ? vrfHash(3, eightfold(gamma).toBytes()) : null;
  } catch {
    return null;
  }
}

// --- the Merkle tree (RFC 9162 §2.1) ---

async function merkleRoot(leaves) {
  if (leaves.length === 0) return hex(await sha256(new Uint8Array()));
  let level = await Promise.all(leaves.map((leaf) => sha256(join(Uint8Array.of(0), unhex(leaf)))));
  while (level.length > 1) {
    const above = [];
    for (let at = 0; at < level.length; at += 2) {
      above.push(at + 1 < level.length ? sha256(join(Uint8Array.of(1), level[at], level[at + 1])) : level[at]);
    }
    level = await Promise.all(above);
  }
  return hex(level[0]);
}

// --- the order (specs/gold.md §5) ---

async function* numbers(seed) {
  for (let counter = 0; ; counter += 1) {
    const block = await sha512(join(seed, Uint8Array.of(counter >>> 24, counter >>> 16, counter >>> 8, counter)));
    for (let at = 0; at < 64; at += 8) yield big(block.slice(at, at + 8));
  }
}

async function* order(seed, count) {
  const source = numbers(seed);
  const moved = new Map();
  for (let at = 0; at < count; at += 1) {
    const bound = BigInt(count - at);
    const limit = WORDS - (WORDS % bound);
    let number;
    do number = (await source.next()).value;
    while (number >= limit);
    const chosen = at + Number(number % bound);
    yield moved.get(chosen) ?? chosen;
    moved.set(chosen, moved.get(at) ?? at);
  }
}

class Walk {
  constructor(seed, entries, struck) {
    this.entries = entries;
    this.struck = new Set(struck);
    this.order = order(seed, entries.length);
    this.served = new Set();
    this.passed = [];
  }

  async next() {
    for (;;) {
      const { value, done } = await this.order.next();
      if (done) return null;
      const [reference, holder] = this.entries[value];
      if (this.struck.has(reference)) this.passed.push(reference);
      else if (!this.served.has(holder)) {
        this.served.add(holder);
        return reference;
      }
    }
  }
}

// --- the file ---

class File {
  constructor(document) {
    this.document = document;
    this.keys = new Map();
    this.shown = [];
    for (const { id, publicKeyMultibase } of this.list("keys", 200)) {
      try {
        this.keys.set(id, publicKey(publicKeyMultibase));
        this.shown.push([id, publicKeyMultibase]);
      } catch {
        refuse("malformed", { part: "keys" });
      }
    }
  }

  list(name, most) {
    const found = this.document[name] ?? [];
    const right = Array.isArray(found) && found.length <= most && found.every((one) => one && typeof one === "object");
    return right ? found : refuse("malformed", { part: name });
  }

  async signed(document, actor, part) {
    const proofs = [document.proof ?? []].flat();
    for (const proof of proofs) {
      const method = String(proof.verificationMethod);
      if (method.split("#")[0] !== actor || !this.keys.has(method)) continue;
      if (proof.type !== "DataIntegrityProof" || proof.cryptosuite !== "eddsa-jcs-2022") continue;
      if (proof.proofPurpose !== "assertionMethod" || "@context" in document || "@context" in proof) continue;
      try {
        const message = join(await jcs(without(proof, "proofValue")), await jcs(without(document, "proof")));
        if (await verifyAsync(base58(proof.proofValue), message, this.keys.get(method), { zip215: false })) return;
      } catch {
        // Not a signature: refused below.
      }
    }
    refuse("unsigned", { part, actor });
  }
}

const about = (document, kind, part) => {
  if (document?.type !== kind || document.protocol !== PROTOCOL) refuse("malformed", { part });
  return document;
};
const moment = (text) => Date.parse(text);

async function checkEntries(file, announcement) {
  const rows = file.document.entries;
  if (!Array.isArray(rows) || rows.length > MOST_ENTRIES) refuse("malformed", { part: "entries" });
  const { count, root } = announcement.entries;
  if (rows.length !== count) refuse("wrong-count", { count, found: rows.length });
  const held = new Map();
  let before = "";
  for (const [at, row] of rows.entries()) {
    const number = at + 1;
    const right = Array.isArray(row) && row.length === 3 && row.every((one) => typeof one === "string" && HASH.test(one));
    if (!right) refuse("malformed", { part: `entries ${number}` });
    const [reference, holder, leaf] = row;
    if (hex(await jcs({ holder, reference })) !== leaf) refuse("entry-changed", { number, entry: reference });
    if (reference <= before) refuse("entry-order", { number, entry: reference });
    held.set(holder, (held.get(holder) ?? 0) + 1);
    if (held.get(holder) > announcement.cap) {
      refuse("over-cap", { number, entry: reference, cap: announcement.cap });
    }
    before = reference;
  }
  if ((await merkleRoot(rows.map((row) => row[2]))) !== root) refuse("wrong-root");
  return rows;
}

function partyOf(announcement, alpha, document, part) {
  const party = announcement.parties.find((one) => one.actor === document.party);
  if (!party || document.draw !== announcement.id || document.alpha !== hex(alpha)) refuse("another-draw", { part });
  return party;
}

async function checkReceipts(file, announcement, alpha, remarks) {
  const seen = new Set();
  for (const document of file.list("receipts", 9)) {
    about(document, "ygor:DrawReceipt", "receipts");
    partyOf(announcement, alpha, document, "receipts");
    await file.signed(document, document.party, "receipts");
    if (moment(document.received) < moment(announcement.drawnAt)) seen.add(document.party);
  }
  for (const { actor, name } of announcement.parties.slice(1)) {
    if (!seen.has(actor)) remarks.push({ code: "no-receipt", params: { party: name } });
  }
}

async function checkAnswers(file, part, announcement, alpha) {
  const found = new Map();
  for (const document of file.list(part, 9)) {
    about(document, "ygor:DrawAnswer", part);
    const party = partyOf(announcement, alpha, document, part);
    await file.signed(document, document.party, part);
    const output = await vrfOutput(publicKey(party.key), alpha, unhex(String(document.vrfProof)));
    if (!output) refuse("wrong-proof", { party: party.name });
    found.set(document.party, { output: hex(output), made: document.made });
  }
  return found;
}

async function checkOutputs(file, announcement, alpha, result, remarks) {
  const answers = await checkAnswers(file, "answers", announcement, alpha);
  const late = await checkAnswers(file, "late", announcement, alpha);
  if (!Array.isArray(result.outputs) || result.outputs.length !== announcement.parties.length) {
    refuse("malformed", { part: "result" });
  }
  announcement.parties.forEach(({ actor, name: party }, at) => {
    const said = result.outputs[at];
    const answer = answers.get(actor);
    if (said === null && answer) refuse("answer-dropped", { party });
    if (said !== null && answer?.output !== said) refuse("wrong-output", { party });
    if (said !== null) return;
    if (moment(result.drawn) < moment(announcement.answersUntil)) {
      refuse("not-waited", { party, until: announcement.answersUntil });
    }
    if (late.has(actor)) remarks.push({ code: "late", params: { party, made: late.get(actor).made } });
    else remarks.push({ code: "withheld", params: { party } });
  });
}

async function checkDrawn(announcement, alpha, result, entries) {
  const parts = result.outputs.map((one) => (one === null ? Uint8Array.of(0) : join(Uint8Array.of(1), unhex(one))));
  const seed = await sha512(join(utf8.encode(PROTOCOL), alpha, ...parts));
  if (hex(seed) !== result.seed) refuse("wrong-seed");
  const known = new Set(entries.map((row) => row[0]));
  for (const entry of result.struck) if (!known.has(entry)) refuse("struck-unknown", { entry });
  const units = announcement.prizes.flatMap((prize) => Array(prize.count).fill(prize));
  if (result.winners.length !== units.length) refuse("malformed", { part: "result" });
  const walk = new Walk(seed, entries, result.struck);
  const held = [];
  for (const [at, prize] of units.entries()) {
    const expected = await walk.next();
    if (result.winners[at] !== expected) {
      refuse("wrong-winner", { prize: prize.name, entry: result.winners[at] ?? "–", expected: expected ?? "–" });
    }
    held.push(expected);
  }
  return { walk, held, units };
}

async function checkPassings(file, announcement, alpha, walk, held) {
  const documents = file.list("passings", 10_000);
  for (const [at, document] of documents.entries()) {
    about(document, "ygor:DrawPassing", "passings");
    await file.signed(document, announcement.parties[0].actor, "passings");
    if (document.draw !== announcement.id || document.alpha !== hex(alpha)) refuse("another-draw", { part: "passings" });
    const expected = await walk.next();
    const right = document.number === at + 1 && held[document.unit] === document.from && document.to === expected;
    if (!right) refuse("wrong-passing", { number: at + 1, entry: document.to ?? "–", expected: expected ?? "–" });
    held[document.unit] = expected;
  }
  return documents.length;
}

/** All steps, in the order of specs/gold.md §9.2. Throws Fault; answers {name, done, remarks, winners, keys}. */
export async function checkDraw(document) {
  if (document?.format !== "ygor-draw-file/1") refuse("not-a-draw");
  const file = new File(document);
  const announcement = about(document.announcement, "ygor:DrawAnnouncement", "announcement");
  const drawer = announcement.parties[0];
  await file.signed(announcement, drawer.actor, "announcement");
  const alpha = await jcs(without(announcement, "proof"));
  const entries = await checkEntries(file, announcement);
  const done = [
    { code: "announcement-signed", params: { drawer: drawer.name } },
    { code: "entries-match", params: { count: entries.length } },
  ];
  const remarks = [];
  await checkReceipts(file, announcement, alpha, remarks);
  const { result } = document;
  if (result === null || result === undefined) {
    remarks.push({ code: "not-drawn", params: { at: announcement.drawnAt } });
    return { name: announcement.name, done, remarks, winners: [], keys: file.shown };
  }
  about(result, "ygor:DrawResult", "result");
  await file.signed(result, drawer.actor, "result");
  if (result.draw !== announcement.id || result.alpha !== hex(alpha)) refuse("another-draw", { part: "result" });
  if (moment(result.drawn) < moment(announcement.drawnAt)) refuse("too-early", { at: announcement.drawnAt });
  await checkOutputs(file, announcement, alpha, result, remarks);
  done.push({ code: "answers-proved", params: { count: result.outputs.filter((one) => one !== null).length } });
  const { walk, held, units } = await checkDrawn(announcement, alpha, result, entries);
  done.push({ code: "winners-match", params: { count: held.filter((one) => one !== null).length } });
  const passed = await checkPassings(file, announcement, alpha, walk, held);
  if (passed) done.push({ code: "passings-match", params: { count: passed } });
  const drawn = new Set(walk.passed);
  for (const entry of result.struck) if (!drawn.has(entry)) remarks.push({ code: "struck", params: { entry } });
  for (const entry of walk.passed) remarks.push({ code: "struck-drawn", params: { entry } });
  const winners = units.map((prize, at) => ({ prize: prize.name, reference: held[at] }));
  return { name: announcement.name, done, remarks, winners, keys: file.shown };
}
