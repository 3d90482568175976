// What JavaScript adds to pages that already work: nothing here is needed to use the service.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** A form sent twice by an impatient thumb is sent once. */
function guardDoubleSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Disabled a moment later, so that the pressed button's name and value are still sent.
  setTimeout(() => all("button", form).forEach((button) => button.setAttribute("aria-disabled", "true")));
}

function askOnce(event) {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
}

function release() {
  all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all("button", form).forEach((button) => button.removeAttribute("aria-disabled"));
  });
}

function setUpKeypad(pad) {
  const field = document.getElementById(pad.dataset.keypad);
  if (!field) return;
  pad.hidden = false;
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key === undefined) return;
    field.value = key === "back" ? field.value.slice(0, -1) : (field.value + key).replace(/^0+(?=\d)/, "").slice(0, 6);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

async function setUp(root = document) {
  all("[data-keypad]", root).forEach(setUpKeypad);
  all("[data-print]", root).forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  root.querySelector("[data-focus]")?.focus();
  const drawCheck = root.querySelector("[data-draw-check]");
  if (drawCheck) (await import("./draw-check.js")).setUpDrawCheck(drawCheck);
  const scanners = all("[data-scan]", root);
  if (scanners.length > 0 && navigator.mediaDevices?.getUserMedia) {
    const { setUpScanner } = await import("./scan.js");
    scanners.forEach(setUpScanner);
  }
}

async function keepOffline() {
  if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
  if (!("signedIn" in document.documentElement.dataset)) await caches.delete("ygor-kept");
  await navigator.serviceWorker.register("/sw.js");
}

document.addEventListener("submit", askOnce, true);
document.addEventListener("submit", guardDoubleSubmit);
window.addEventListener("pageshow", release);
document.addEventListener("htmx:afterRequest", release);
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) setUp(event.target);
});
setUp();
keepOffline().catch(() => {
  // Offline pages are a convenience: a browser that refuses them loses nothing else.
});
