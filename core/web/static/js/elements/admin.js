// Desk habits of the admin screens: "/" to search, selects that act, forms that say what has changed.

const typing = (element) => element?.matches("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  const wanted = (event.key === "/" && !typing(document.activeElement)) || (event.key === "k" && (event.ctrlKey || event.metaKey));
  const box = document.querySelector("[data-search]");
  if (!wanted || !box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-autosubmit]");
  if (form && event.target.matches("select")) form.submit();
});

class Changes extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.before = this.read();
    this.form?.addEventListener("input", () => this.tell());
    this.form?.addEventListener("reset", () => setTimeout(() => this.tell()));
    this.tell();
  }

  read() {
    const values = {};
    for (const [name, value] of new FormData(this.form ?? undefined)) values[name] = `${values[name] ?? ""}\n${value}`;
    return values;
  }

  tell() {
    const now = this.read();
    const names = new Set([...Object.keys(now), ...Object.keys(this.before)]);
    const changed = [...names].filter((name) => now[name] !== this.before[name]).length;
    const text = this.querySelector("[data-changes]");
    if (text) text.textContent = changed ? `已改 ${changed} 项` : "没有改动";
    for (const button of this.querySelectorAll("[data-save]")) button.disabled = !changed;
  }
}

customElements.define("qb-changes", Changes);

document.querySelector(".qb-side [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
