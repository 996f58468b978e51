// A table of what a container holds becomes a treegrid (WAI-ARIA authoring practices): arrow keys
// walk it, and a row that holds something opens in place. Without this module every row is a link.

const FOCUSABLE = "a[href], button";

/** @param {HTMLTableRowElement} row */
const levelOf = (row) => Number(row.dataset.level ?? "1");

/** Rows inside a row: those that follow with a deeper level. @param {HTMLTableRowElement} row */
function inside(row) {
  const found = [];
  for (let next = row.nextElementSibling; next instanceof HTMLTableRowElement && levelOf(next) > levelOf(row); next = next.nextElementSibling) found.push(next);
  return found;
}

/** @param {HTMLTableRowElement} row */
function holderOf(row) {
  let before = row.previousElementSibling;
  while (before instanceof HTMLTableRowElement && levelOf(before) >= levelOf(row)) before = before.previousElementSibling;
  return before instanceof HTMLTableRowElement ? before : null;
}

/** Say to assistive technology what a row is. @param {HTMLTableRowElement} row */
function dress(row) {
  row.setAttribute("role", "row");
  row.setAttribute("aria-level", row.dataset.level ?? "1");
  row.setAttribute("aria-posinset", row.dataset.place ?? "1");
  row.setAttribute("aria-setsize", row.dataset.size ?? "-1");
  if (row.dataset.open) row.setAttribute("aria-expanded", "false");
  row.tabIndex = -1;
  for (const cell of row.cells) cell.setAttribute("role", "gridcell");
  for (const each of row.querySelectorAll(FOCUSABLE)) /** @type {HTMLElement} */ (each).tabIndex = -1;
}

/** @param {HTMLTableRowElement} row */
async function open(row) {
  if (row.getAttribute("aria-expanded") !== "false" || row.getAttribute("aria-busy") === "true") return;
  if (!row.dataset.isLoaded) {
    row.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(row.dataset.open ?? "", { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const body = document.createElement("tbody");
      body.innerHTML = await answer.text();
      const rows = [...body.rows];
      rows.forEach(dress);
      row.after(...rows);
      row.dataset.isLoaded = "yes";
    } catch {
      const link = row.querySelector("a[href]");
      if (link instanceof HTMLAnchorElement) location.assign(link.href);
      return;
    } finally {
      row.removeAttribute("aria-busy");
    }
  }
  row.setAttribute("aria-expanded", "true");
  show(row);
}

/** Show the rows right inside an open row, and what is open in those. @param {HTMLTableRowElement} row */
function show(row) {
  for (const each of inside(row)) {
    if (levelOf(each) !== levelOf(row) + 1) continue;
    each.hidden = false;
    if (each.getAttribute("aria-expanded") === "true") show(each);
  }
}

/** @param {HTMLTableRowElement} row */
function close(row) {
  row.setAttribute("aria-expanded", "false");
  for (const each of inside(row)) each.hidden = true;
}

/** @param {HTMLTableElement} table */
function plant(table) {
  const body = table.tBodies[0];
  table.setAttribute("role", "treegrid");
  for (const head of table.tHead?.rows ?? []) head.setAttribute("role", "row");
  for (const row of body.rows) dress(row);
  /** @type {HTMLTableRowElement | null} */
  let current = null;

  /** Only the row where one is takes part in Tab. @param {HTMLTableRowElement} row */
  function stand(row) {
    if (current && current !== row) {
      current.tabIndex = -1;
      for (const each of current.querySelectorAll(FOCUSABLE)) /** @type {HTMLElement} */ (each).tabIndex = -1;
    }
    current = row;
    row.tabIndex = 0;
    for (const each of row.querySelectorAll("a[href]")) /** @type {HTMLElement} */ (each).tabIndex = 0;
  }

  if (body.rows[0]) stand(body.rows[0]);
  body.addEventListener("focusin", (event) => {
    const row = event.target instanceof Element ? event.target.closest("tr") : null;
    if (row) stand(row);
  });
  body.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest(".twist") : null;
    const row = button?.closest("tr");
    if (!row) return;
    if (row.getAttribute("aria-expanded") === "true") close(row); else open(row);
    row.focus();
  });
  body.addEventListener("keydown", (event) => {
    const row = event.target instanceof Element ? event.target.closest("tr") : null;
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...body.rows].filter((each) => !each.hidden);
    const at = rows.indexOf(row);
    const link = /** @type {HTMLElement | null} */ (row.querySelector("a[href]"));
    const isOnRow = event.target === row;
    /** @type {Record<string, () => unknown>} */
    const keys = {
      ArrowDown: () => rows[at + 1]?.focus(),
      ArrowUp: () => rows[at - 1]?.focus(),
      Home: () => rows[0]?.focus(),
      End: () => rows.at(-1)?.focus(),
      PageDown: () => rows[Math.min(at + 10, rows.length - 1)]?.focus(),
      PageUp: () => rows[Math.max(at - 10, 0)]?.focus(),
      ArrowRight: () => (isOnRow && row.getAttribute("aria-expanded") === "false" ? open(row) : link?.focus()),
      ArrowLeft: () => {
        if (!isOnRow) return row.focus();
        if (row.getAttribute("aria-expanded") === "true") return close(row);
        return holderOf(row)?.focus();
      },
    };
    if (isOnRow) keys.Enter = () => link?.click();
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

for (const table of document.querySelectorAll("table[data-tree]")) plant(/** @type {HTMLTableElement} */ (table));
