// Rows of a table as cards: add, remove, renumber.
import { changed, copy } from "./dom.js";

const NAMED = ["name", "id", "for", "aria-describedby"];

customElements.define("qb-table", class extends HTMLElement {
  connectedCallback() {
    if (this.adder) return;
    this.adder = this.querySelector("[data-add]");
    this.addEventListener("click", ({ target }) => {
      if (target.closest("[data-add]")) this.add().querySelector("input, select, textarea").focus();
      else if (target.closest("[data-remove]")) this.drop(target.closest(".qb-row-card"));
    });
    this.number();
  }

  get rows() { return [...this.querySelectorAll(":scope > .qb-row-card")]; }

  /** Have at least so many rows, for a draft. */
  reach(count) { while (this.rows.length < count) this.add(); }

  add() {
    const row = copy(this.querySelector("template"));
    this.insertBefore(row, this.adder);
    this.number();
    changed(this);
    return row;
  }

  drop(row) {
    if (this.rows.length > 1) row.remove();
    else for (const control of row.querySelectorAll("input, select, textarea")) control.value = "";
    this.number();
    this.adder.focus();
    changed(this);
  }

  /** Names count rows from 0, people from 1. */
  number() {
    this.rows.forEach((row, place) => {
      row.querySelector("[data-number]").textContent = place + 1;
      row.setAttribute("aria-label", `${this.closest("fieldset")?.querySelector("legend").firstChild.textContent.trim() || ""} ${place + 1}`);
      for (const control of row.querySelectorAll("[name], [id], [for]")) for (const name of NAMED) {
        const old = control.getAttribute(name);
        if (old) control.setAttribute(name, old.replace(/\b(f[.-][a-z0-9_]+[.-])(\d+|__row__)(?=[.-])/g, `$1${place}`));
      }
    });
    this.adder.hidden = this.rows.length >= Number(this.dataset.most);
  }
});
