// The scan station: keys of a scanner that browsers swallow, sound, and the camera.
// Without this module the forms are sent the ordinary way, and the server answers with the page.

const answer = document.getElementById("answer");
const box = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-wedge]"));

// What a scanner presses for a control character, and browsers take for a command or drop.
const CONTROLS = { "]": "\u001d", "^": "\u001e", "6": "\u001e", "d": "\u0004", "D": "\u0004" };

box?.addEventListener("keydown", (event) => {
  const sign = event.key === "F8" || event.key === "\u001d" ? "\u001d" : event.ctrlKey ? CONTROLS[event.key] : undefined;
  if (!sign) return;
  event.preventDefault();
  box.setRangeText(sign, box.selectionStart ?? box.value.length, box.selectionEnd ?? box.value.length, "end");
});

// ---- sound: one high tone is good, two low ones are not ----

const sound = document.querySelector("[data-sound]");
const TONES = { genuine_and_saleable: [880], genuine_not_saleable: [330, 330], mismatch: [330, 330], unknown: [330, 330], suspect: [220, 180, 220], refused: [260] };
let isLoud = localStorage.getItem("packtrail.sound") !== "off";
/** @type {AudioContext | null} */
let speaker = null;

function showSound() {
  sound?.setAttribute("aria-pressed", String(isLoud));
  const said = sound?.querySelector("[data-said]");
  if (said) said.textContent = isLoud ? "Sound is on" : "Sound is off";
}

sound?.addEventListener("click", () => {
  isLoud = !isLoud;
  localStorage.setItem("packtrail.sound", isLoud ? "on" : "off");
  showSound();
  if (isLoud) play("genuine_and_saleable");
  box?.focus();
});

/** @param {string} verdict */
function play(verdict) {
  if (!isLoud || !("AudioContext" in window)) return;
  speaker ??= new AudioContext();
  (TONES[verdict] ?? []).forEach((pitch, place) => {
    const start = speaker.currentTime + place * 0.22;
    const tone = speaker.createOscillator();
    const volume = speaker.createGain();
    tone.frequency.value = pitch;
    tone.type = pitch > 400 ? "sine" : "square";
    volume.gain.setValueAtTime(0.12, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.18);
    tone.connect(volume).connect(speaker.destination);
    tone.start(start);
    tone.stop(start + 0.2);
  });
}

/** Say the gravest verdict aloud, and let the next pack be scanned; of that, letters may have come already. */
function answered() {
  const verdicts = [...(answer?.querySelectorAll("[data-verdict]") ?? [])].map((each) => each.getAttribute("data-verdict") ?? "");
  if (verdicts.length === 0) return;
  const order = Object.keys(TONES);
  play(verdicts.sort((a, b) => order.indexOf(b) - order.indexOf(a))[0]);
  if (!box || document.activeElement?.closest("details")) return;
  if (!stream) box.focus({ preventScroll: true });
  answer?.querySelector(".verdict")?.scrollIntoView({ block: "nearest" });
}

// ---- one scan after the other: the box is free at once, and no answer of before stays on the screen ----

const asking = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-verify]"));
const PATIENCE_MS = 20_000;
let before = Promise.resolve();

/** Show a card of the page in place of the answer. @param {"pending" | "away"} kind @param {string} text */
function showCard(kind, text) {
  const card = /** @type {HTMLTemplateElement | null} */ (document.querySelector(`template[data-${kind}]`))?.content.cloneNode(true);
  if (!(card instanceof DocumentFragment) || !answer) return;
  const line = card.querySelector("[data-text]");
  if (line) line.textContent = text.replaceAll("\u001d", " ");
  answer.replaceChildren(card);
}

/** @param {string} action @param {FormData} body @param {string} text */
async function ask(action, body, text) {
  if (!answer) return;
  showCard("pending", text);
  try {
    const response = await fetch(action, { method: "POST", body, headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (response.status === 401 || response.status === 403) { location.reload(); return; }
    if (response.status >= 500) throw new Error(`status ${response.status}`);
    answer.innerHTML = await response.text();
  } catch {
    showCard("away", text);
  }
}

asking?.addEventListener("submit", (event) => {
  event.preventDefault();
  const body = new FormData(asking);
  const text = String(body.get("scan") ?? "");
  if (text.trim()) {
    if (box) box.value = "";
  }
  before = before.then(() => ask(asking.action, body, text));
});

/** @type {MediaStream | null} */
let stream = null;
showSound();
if (answer) {
  new MutationObserver(answered).observe(answer, { childList: true });
  answered();
}

// ---- camera and images: the server reads the symbol, the browser only sends PNG ----

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-image]"));
const video = /** @type {HTMLVideoElement | null} */ (document.querySelector("[data-frame]"));
const button = document.querySelector("[data-camera]");
const told = /** @type {HTMLElement | null} */ (document.querySelector("[data-camera-said]"));
const PIXELS_MAX = 3_900_000;
const LOOK_EVERY_MS = 600;

/** @param {string} text */
function say(text) {
  if (!told) return;
  told.textContent = text;
  told.hidden = !text;
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height @returns {Promise<Blob | null>} */
function png(source, width, height) {
  const scale = Math.min(1, Math.sqrt(PIXELS_MAX / (width * height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(width * scale);
  canvas.height = Math.floor(height * scale);
  canvas.getContext("2d")?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
}

/** Send an image; tells whether a symbol was found. @param {Blob} image */
async function send(image) {
  if (!form || !answer) return false;
  const body = new FormData(form);
  for (const name of ["place", "station", "market", "purpose"]) {
    const field = document.querySelector(`[data-verify] [name=${name}]`);
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) body.set(name, field.value);
  }
  body.set("image", image, "frame.png");
  const response = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
  if (response.status === 422) return false;
  if (!response.ok) throw new Error(`status ${response.status}`);
  answer.innerHTML = await response.text();
  return true;
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  if (video) video.hidden = true;
  const said = button?.querySelector("[data-said]");
  if (said) said.textContent = "Use the camera";
}

async function look() {
  while (stream && video) {
    await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY_MS); });
    if (!stream || !video.videoWidth) continue;
    try {
      const frame = await png(video, video.videoWidth, video.videoHeight);
      if (frame && await send(frame)) { stop(); say(""); }
    } catch {
      stop();
      say("The server did not take the picture. Nothing was verified; load the page again.");
    }
  }
}

button?.addEventListener("click", async () => {
  if (stream) { stop(); say(""); return; }
  if (!navigator.mediaDevices?.getUserMedia || !video) {
    say("This browser gives no camera to a page that is not served over https; choose an image instead.");
    return;
  }
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    say("The camera was not allowed, or there is none; choose an image instead.");
    return;
  }
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  const said = button.querySelector("[data-said]");
  if (said) said.textContent = "Stop the camera";
  say("Hold the code of a pack before the camera.");
  void look();
});

form?.addEventListener("submit", async (event) => {
  const chooser = form.querySelector("input[type=file]");
  const file = chooser instanceof HTMLInputElement ? chooser.files?.[0] : undefined;
  if (!file) return;
  event.preventDefault();
  try {
    const bitmap = await createImageBitmap(file);
    const image = await png(bitmap, bitmap.width, bitmap.height);
    say(image && await send(image) ? "" : "No barcode was found in the image. Come closer, hold still, let light fall on it.");
  } catch {
    say("The image was not taken: the browser cannot open it, or the server refused it.");
  }
});
