// Follows the rules while people type: shows, hides, marks as required, fills in.
import { apply } from "./rules.js";

/** Entries by field id, as the server's raw_from_pairs reads them. */
function entries(form, fields) {
  const pairs = new Map();
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && name.startsWith("f.")) pairs.set(name.slice(2), [...(pairs.get(name.slice(2)) || []), value]);
  const one = (name) => (pairs.get(name) || []).at(-1) || "";
  const raw = {};
  for (const { id, type, many } of fields) {
    if (type === "daterange") {
      const end = (name) => one(`${id}.${name}`) && one(`${id}.${name}`) + (pairs.has(`${id}.${name}_half`) ? `/${one(`${id}.${name}_half`)}` : "");
      raw[id] = [end("from"), end("to")];
    } else if (type === "table") {
      const rows = [];
      for (const [name, values] of pairs) {
        const [table, place, column] = name.split(".");
        if (table === id && column) (rows[place] ??= {})[column] = values.at(-1);
      }
      raw[id] = rows.filter((row) => row && Object.values(row).some((value) => value.trim()));
    } else raw[id] = many || ["multiselect", "photo", "voice", "file", "signature"].includes(type) ? (pairs.get(id) || []).filter(Boolean) : one(id);
  }
  return raw;
}

customElements.define("qb-rules", class extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.rules = JSON.parse(this.querySelector("script").textContent);
    const follow = () => this.follow();
    for (const name of ["input", "change"]) this.form.addEventListener(name, follow);
    this.follow();
  }

  follow() {
    const { fields, kept } = this.rules, found = apply(this.rules, { ...entries(this.form, fields), ...kept });
    for (const { id, type } of fields) {
      const box = this.form.querySelector(`[data-field="${id}"]`);
      if (!box) continue;
      const needed = found.required.has(id);
      box.classList.toggle("is-away", found.hidden.has(id));
      for (const mark of box.querySelectorAll(":scope > .qb-field__label > [data-need]")) mark.hidden = !needed;
      box.querySelector("[aria-required], .qb-input")?.setAttribute("aria-required", needed);
      if (!(id in found.filled)) continue;
      if (type === "computed") box.querySelector("[data-computed]").textContent = found.filled[id] || "–";
      else this.enter(box, id, [found.filled[id]].flat());
    }
    this.dataset.jump = found.jump;
    this.dataset.end = found.end;
  }

  /** Write what a rule says into the control, without starting over. */
  enter(box, id, values) {
    for (const control of box.querySelectorAll(`[name="f.${id}"]`)) {
      if (/radio|checkbox/.test(control.type)) control.checked = values.includes(control.value);
      else if (document.activeElement !== control) control.value = values.join("、");
    }
  }
});
