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

  function show(name, text, done, remarks) {
    const shown = part(name).content.cloneNode(true);
    if (text) [...shown.querySelectorAll("*")].find((node) => node.textContent.trim() === "…").textContent = text;
    part("verdict").replaceChildren(shown);
    list("steps", done);
    list("remarks", remarks);
    part("by-browser").hidden = false;
    box.dataset.checked = name;
  }

  async function check(text) {
    delete box.dataset.checked;
    try {
      const found = await checkDraw(JSON.parse(text));
      show("good", "", found.done, found.remarks);
    } catch (error) {
      const note = error instanceof Fault ? error : { code: "not-a-draw", params: {} };
      show("bad", sentence(note), [], []);
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
