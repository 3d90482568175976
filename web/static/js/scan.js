// Reading a QR code with the camera: the browser's own BarcodeDetector, else the npm package `qr`.
// The field beside it always takes the code typed by hand.

const EVERY_MS = 200;

async function makeReader() {
  if ("BarcodeDetector" in window) {
    const formats = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
    if (formats.includes("qr_code")) {
      const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
      return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
    }
  }
  const { decodeQR } = await import("../vendor/qr/decode.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, 640 / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return null; // no code in this picture
    }
  };
}

export function setUpScanner(box) {
  const start = box.querySelector("[data-scan-start]");
  const stop = box.querySelector("[data-scan-stop]");
  const view = box.querySelector("[data-scan-view]");
  const status = box.querySelector("[data-scan-status]");
  const video = view.querySelector("video");
  const field = box.querySelector("input:not([type=hidden])");
  let stream = null;

  function close() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = true;
    start.hidden = false;
    status.textContent = "";
  }

  function found(text) {
    close();
    field.value = text;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    navigator.vibrate?.(60);
    if ("scanSubmit" in box.dataset) field.form?.requestSubmit();
    else field.focus();
  }

  async function open() {
    start.hidden = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const read = await makeReader();
      view.hidden = false;
      status.textContent = status.dataset.reading;
      video.srcObject = stream;
      await video.play();
      while (stream) {
        const text = video.videoWidth ? await read(video) : null;
        if (text) return found(text);
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
    } catch {
      close();
      status.textContent = status.dataset.noCamera;
      field.focus();
    }
  }

  start.hidden = false;
  start.addEventListener("click", open);
  stop.addEventListener("click", close);
  window.addEventListener("pagehide", close);
}
