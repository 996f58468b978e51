// Drop a file anywhere: each file becomes a capture of its own, with its progress.
// The form below works without this module: it sends the files the ordinary way.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-drop]"));
const list = document.querySelector("[data-uploads]");
const chooser = form?.querySelector("input[type=file]");
let depth = 0;

/** @param {boolean} isShown */
function veil(isShown) {
  const element = document.querySelector("[data-veil]");
  if (element instanceof HTMLElement) element.hidden = !isShown;
}

/** @param {DataTransfer | null} data */
const hasFiles = (data) => Boolean(data && [...data.types].includes("Files"));

/** @param {string} text @param {string} [className] */
function span(text, className) {
  const element = document.createElement("span");
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

/** Send one file; resolves to the address of its capture, or null. @param {File} file */
function send(file) {
  const line = document.createElement("li");
  const said = span("0 %", "quiet small");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Sending ${file.name}`);
  line.append(span(file.name, "id"), said, bar);
  list?.append(line);
  return new Promise((resolve) => {
    const body = new FormData(form ?? undefined);
    body.delete("file");
    body.append("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", "/captures");
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = event.loaded / event.total;
      said.textContent = `${Math.round(100 * bar.value)} %`;
    });
    request.addEventListener("loadend", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* no answer, or no JSON */ }
      const links = request.status === 200 && Array.isArray(answer.captures) ? answer.captures : [];
      said.textContent = links.length ? "Received" : (answer.message ?? "Not received; try again.");
      if (links.length) {
        const link = document.createElement("a");
        link.href = links[0];
        link.textContent = file.name;
        line.firstElementChild?.replaceChildren(link);
        bar.value = 1;
      } else {
        bar.remove();
      }
      resolve(links[0] ?? null);
    });
    request.send(body);
  });
}

/** @param {File[]} files */
async function sendAll(files) {
  if (!form || !list || files.length === 0) return;
  list.replaceChildren();
  list.scrollIntoView({ block: "nearest" });
  const links = [];
  for (const file of files) links.push(await send(file));
  const done = links.filter(Boolean);
  if (done.length === links.length) location.assign(done.length === 1 ? done[0] : "/captures");
}

if (form && list) {
  chooser?.addEventListener("change", () => sendAll([...(chooser.files ?? [])]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (chooser?.files?.length) sendAll([...chooser.files]); else chooser?.click();
  });
  addEventListener("dragenter", (event) => { if (hasFiles(event.dataTransfer)) { depth += 1; veil(true); } });
  addEventListener("dragleave", () => { depth = Math.max(0, depth - 1); if (depth === 0) veil(false); });
  addEventListener("dragover", (event) => { if (hasFiles(event.dataTransfer)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    depth = 0;
    veil(false);
    sendAll([...(event.dataTransfer?.files ?? [])]);
  });
}
