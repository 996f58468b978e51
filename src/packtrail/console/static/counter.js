// The counter: what is done is first written into this browser, then told to the server.
// Without a network it waits here, and is told later in the order in which it was done. Each operation
// has an id, so that one whose answer got lost, or whose browser crashed, is never done twice.

/**
 * @typedef {object} Kept
 * @property {number} [place] In the order of this browser.
 * @property {string} by Who did it: the id of an actor.
 * @property {string} name The same in words.
 * @property {string} [why] Why the server refused it for good.
 * @property {{operation_id: string, operation: string, undo: boolean, at: string, place: string, market: string, text: string}} line
 */

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-counter]"));
const answer = document.getElementById("answer");
const waiting = /** @type {HTMLElement | null} */ (document.querySelector("[data-waiting]"));
const POSTED_AT_ONCE = 20;
const TRY_EVERY_MS = 15_000;
const PATIENCE_MS = 20_000;
const AWAY = [502, 503, 504];
const me = { by: form?.dataset.actor ?? "", name: form?.dataset.actorName ?? "" };

class NoNetwork extends Error {}
class NoSession extends Error {}

// ---- what is kept in this browser; `strict`: it is on the disk before anything else happens ----

/** @type {Promise<IDBDatabase> | undefined} */
let opened;
const store = () => opened ??= new Promise((resolve, reject) => {
  const asked = indexedDB.open("packtrail-counter", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("kept", { keyPath: "place", autoIncrement: true });
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

/** @template T @param {(kept: IDBObjectStore) => IDBRequest<T>} act @returns {Promise<T>} */
async function change(act) {
  const transaction = (await store()).transaction("kept", "readwrite", { durability: "strict" });
  const asked = act(transaction.objectStore("kept"));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** @returns {Promise<Kept[]>} */
const everything = () => change((kept) => kept.getAll());
const mine = async () => (await everything()).filter((each) => each.by === me.by && !each.why);

// ---- telling the server ----

/** @param {string} path @param {FormData} body @returns {Promise<DocumentFragment>} */
async function send(path, body) {
  let response;
  try {
    response = await fetch(path, { method: "POST", body, headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new NoNetwork();
  }
  if (AWAY.includes(response.status)) throw new NoNetwork();
  if (response.status === 401 || response.status === 403) throw new NoSession();
  const parsed = document.createElement("template");
  parsed.innerHTML = await response.text();
  return parsed.content;
}

/** Forget what the server has settled; keep what it refused, with its reason, until somebody saw it. @param {DocumentFragment} told @param {Kept[]} sent @param {boolean} isFresh Somebody sees it now. */
async function settle(told, sent, isFresh) {
  for (const each of sent) {
    const found = told.querySelector(`[data-settled="${each.line.operation_id}"]`);
    const place = /** @type {number} */ (each.place);
    if (!found) continue;
    const why = found instanceof HTMLElement && !isFresh ? found.dataset.refused : "";
    if (why) await change((kept) => kept.put({ ...each, why }));
    else await change((kept) => kept.delete(place));
  }
}

/** One operation as the form says it, or those that waited, the oldest first. @param {Kept[]} some @param {boolean} isFresh */
function bodyOf(some, isFresh) {
  const body = new FormData(/** @type {HTMLFormElement} */ (form));
  const { text, undo, at: _, ...line } = some[0].line;
  for (const [name, value] of Object.entries({ ...line, scan: text, undo: undo ? "yes" : "" })) body.set(name, value);
  if (!isFresh) body.set("queue", some.map((each) => JSON.stringify(each.line)).join("\n"));
  return body;
}

/** @param {Kept | null} fresh What was done this moment, if that is why. */
async function tell(fresh) {
  await navigator.locks.request("packtrail-counter", async () => {
    try {
      let all = await mine();
      while (all.length > 0) {
        const isFresh = all.length === 1 && fresh !== null && all[0].line.operation_id === fresh.line.operation_id;
        const some = all.slice(0, POSTED_AT_ONCE);
        const told = await send(isFresh ? "/scan/operations" : "/scan/operations/queue", bodyOf(some, isFresh));
        await settle(told, some, isFresh);
        answer?.replaceChildren(told);
        const left = await mine();
        if (left.length >= all.length) break;
        all = left;
      }
      sayWaiting("");
    } catch (error) {
      if (error instanceof NoNetwork) sayKept(fresh);
      else if (error instanceof NoSession) sayWaiting("Your session has ended. Sign in again and open this page: what waits is posted then.");
      else throw error;
    }
  });
  await show();
}

// ---- what a person sees ----

/** @param {Kept | null} fresh */
function sayKept(fresh) {
  if (!fresh || !answer) return;
  const card = /** @type {HTMLTemplateElement} */ (document.querySelector("[data-kept]")).content.cloneNode(true);
  if (card instanceof DocumentFragment) {
    const line = card.querySelector("[data-text]");
    if (line) line.textContent = readable(fresh.line.text);
    answer.replaceChildren(card);
  }
}

/** @param {string} text */
const readable = (text) => text.replaceAll("\u001d", " ");
const WHEN = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** @param {string} text */
function sayWaiting(text) {
  const said = waiting?.querySelector("[data-waiting-said]");
  if (said) said.textContent = text;
}

async function show() {
  if (!waiting) return;
  const all = await everything();
  const count = all.filter((each) => each.by === me.by && !each.why).length;
  const head = waiting.querySelector("[data-waiting-count]");
  if (head) head.textContent = count === 0 ? "Nothing waits to be posted" : count === 1 ? "1 operation waits to be posted" : `${count} operations wait to be posted`;
  waiting.querySelector("[data-waiting-list]")?.replaceChildren(...all.map(row));
  waiting.hidden = all.length === 0;
}

/** @param {Kept} each */
function row(each) {
  const item = document.createElement("li");
  const code = document.createElement("span");
  code.className = "id";
  code.textContent = readable(each.line.text);
  const what = `${each.line.undo ? "undo " : ""}${each.line.operation.replaceAll("_", " ")}`;
  const words = `${what[0].toUpperCase()}${what.slice(1)}, ${WHEN.format(new Date(each.line.at))}`;
  const state = each.why ? `Refused: ${each.why}` : each.by === me.by ? "waits" : `waits for ${each.name} to sign in here`;
  item.append(code, document.createElement("br"), `${words}: ${state}`);
  if (each.why) {
    const aside = document.createElement("button");
    aside.type = "button";
    aside.className = "button second tight";
    aside.textContent = "Seen, take it off";
    aside.addEventListener("click", async () => { await change((kept) => kept.delete(/** @type {number} */ (each.place))); await show(); });
    item.append(" ", aside);
  }
  return item;
}

/** A file that `packtrail operations post` takes, for a browser that never gets its network back. */
async function save() {
  const lines = (await everything()).map((each) => JSON.stringify(each.line)).join("\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([lines, "\n"], { type: "application/x-ndjson" }));
  link.download = "till.jsonl";
  link.click();
  URL.revokeObjectURL(link.href);
}

// ---- the form ----

/** @param {HTMLFormElement} sent @returns {Kept} */
function keptOf(sent) {
  const data = new FormData(sent);
  const text = (/** @type {string} */ name) => String(data.get(name) ?? "").trim();
  return {
    ...me,
    line: {
      operation_id: crypto.randomUUID(),
      operation: text("operation"),
      undo: text("undo") === "yes",
      at: new Date().toISOString(),
      place: text("place"),
      market: text("market") || "EU",
      text: String(data.get("scan") ?? ""),
    },
  };
}

async function submitted(/** @type {SubmitEvent} */ event) {
  if (!form) return;
  event.preventDefault();
  const fresh = keptOf(form);
  try {
    await change((kept) => kept.add(fresh));
  } catch {
    form.submit();  // A browser that keeps nothing: the server answers with the page.
    return;
  }
  const box = form.elements.namedItem("scan");
  if (box instanceof HTMLInputElement) box.value = "";  // Ready for the next pack, whatever comes of this one.
  await tell(fresh);
}

waiting?.querySelector("[data-waiting-post]")?.addEventListener("click", () => tell(null));
waiting?.querySelector("[data-waiting-save]")?.addEventListener("click", save);
// Pages that are not served over https cannot keep anything; there the form is sent the ordinary way.
if (form && isSecureContext) {
  form.addEventListener("submit", submitted);
  addEventListener("online", () => tell(null));
  setInterval(async () => { if ((await mine()).length > 0) await tell(null); }, TRY_EVERY_MS);
  void tell(null);
}
