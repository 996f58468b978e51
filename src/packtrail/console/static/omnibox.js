// The omnibox: `/` or Ctrl-K goes there, arrow keys walk what it recognised, Escape leaves.
// The list itself is fetched by htmx; without it, Enter asks the server.

const box = /** @type {HTMLInputElement | null} */ (document.querySelector(".top .omnibox input, .omnibox input"));

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

document.addEventListener("keydown", (event) => {
  const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
  const isPalette = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
  if (box && (isSlash || isPalette)) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});

for (const omnibox of document.querySelectorAll(".omnibox")) {
  const input = omnibox.querySelector("input");
  const list = omnibox.querySelector(".suggest");
  if (!input || !list) continue;
  omnibox.addEventListener("keydown", (event) => {
    if (!(event instanceof KeyboardEvent)) return;
    const stops = [input, ...list.querySelectorAll("a")];
    const at = stops.indexOf(/** @type {any} */ (document.activeElement));
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && stops.length > 1 && at >= 0) {
      event.preventDefault();
      stops[(at + move + stops.length) % stops.length].focus();
    } else if (event.key === "Escape") {
      list.replaceChildren();
      if (document.activeElement === input) input.blur(); else input.focus();
    }
  });
}
