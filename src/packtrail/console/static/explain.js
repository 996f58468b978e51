// Drop a file anywhere on the page that explains one: it is sent at once.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-explain]"));
const input = form?.querySelector("input[type=file]");

if (form && input instanceof HTMLInputElement) {
  addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
  addEventListener("drop", (event) => {
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    event.preventDefault();
    const one = new DataTransfer();
    one.items.add(files[0]);
    input.files = one.files;
    form.requestSubmit();
  });
  input.addEventListener("change", () => { if (input.files?.length) form.requestSubmit(); });
}
