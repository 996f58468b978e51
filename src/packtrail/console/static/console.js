// What the console adds in the browser. Every page works without it.
import "./omnibox.js";
import "./drop.js";
import "./explain.js";
import "./tree.js";

document.documentElement.classList.add("has-js");

/** Copy the whole identifier, not its groups. */
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (!(button instanceof HTMLElement)) return;
  const label = button.querySelector("[data-said]");
  const before = label?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    if (label) label.textContent = "Copied";
  } catch {
    if (label) label.textContent = "Not allowed here";
  }
  if (label) setTimeout(() => { label.textContent = before; }, 1600);
});

/** Ask before something that cannot be undone. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form instanceof HTMLFormElement && form.dataset.ask && !confirm(form.dataset.ask)) event.preventDefault();
});

/** On a narrow screen the current room and tab may lie outside of what their bars show. */
for (const current of document.querySelectorAll("nav > [aria-current]")) {
  const bar = current.parentElement, seen = bar.getBoundingClientRect(), own = current.getBoundingClientRect();
  bar.scrollLeft += own.left + own.width / 2 - seen.left - seen.width / 2;
}

/** Where htmx is not installed, a page with something running loads itself anew. */
if (!("htmx" in window)) {
  const running = document.querySelector("[data-refresh]");
  if (running) setTimeout(() => location.reload(), Number(running.getAttribute("data-refresh")) || 2000);
}
