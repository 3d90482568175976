// The page that checks a draw: the file is read and done again here, nothing is sent anywhere. Without JavaScript, or
// in a browser without crypto.subtle, the form goes to the server, which does the same.
import { checkDraw, Fault } from "./draw.js";

export function setUpDrawCheck(box) {
  if (!globalThis.crypto?.subtle) return;
  const part = (name) => box.querySelector(`[data-${name}]`);
  const words = Object.fromEntries(
    [...part("words").content.children].map((line) => [line.dataset.code, line.textContent]),
  );
  const sentence = ({ code, params }) =>
    (words[code] ?? code).replace(/\{(\w+)\}/g, (whole, name) => String(params[name] ?? whole));
  const list = (name, notes) => {
    part(name).replaceChildren(
      ...notes.map((note) => Object.assign(document.createElement("li"), { textContent: sentence(note) })),
    );
  };

  const pairs = (name, lines) => {
    part(name).replaceChildren(
      ...lines.map(([label, code]) => {
        const line = document.createElement("li");
        line.append(label, document.createElement("br"), Object.assign(document.createElement("code"), { textContent: code }));
        return line;
      }),
    );
    part(`${name}-box`).hidden = lines.length === 0;
  };

  /** Everything that the page says now comes from here: nothing that the server wrote stays. */
  function show(name, text, { title = "", done = [], remarks = [], winners = [], keys = [] } = {}) {
    const shown = part(name).content.cloneNode(true);
    if (text) [...shown.querySelectorAll("*")].find((node) => node.textContent.trim() === "…").textContent = text;
    part("name").textContent = title;
    part("verdict").replaceChildren(shown);
    list("steps", done);
    list("remarks", remarks);
    pairs("winners", winners.map((one) => [one.prize, one.reference ?? "–"]));
    pairs("keys", keys);
    part("by-browser").hidden = false;
    box.dataset.checked = name;
  }

  async function check(text) {
    delete box.dataset.checked;
    try {
      const found = await checkDraw(JSON.parse(text));
      show("good", "", { ...found, title: found.name });
    } catch (error) {
      show("bad", sentence(error instanceof Fault ? error : { code: "not-a-draw", params: {} }));
    }
  }

  const form = document.querySelector('form input[type="file"]')?.form;
  form?.addEventListener("submit", async (event) => {
    const [file] = form.querySelector('input[type="file"]').files;
    if (!file) return;
    event.preventDefault();
    const text = await file.text();
    if (text.slice(0, 100).includes("ygor-instant-file/")) form.submit(); // only the server knows those
    else await check(text);
  });
  if (box.dataset.own) {
    fetch(box.dataset.own)
      .then((answer) => answer.text())
      .then(check)
      .catch(() => {
        // No network: what the server found stays on the page.
      });
  }
}
