// People and departments from a searchable sheet.
import { ask, changed, copy } from "./dom.js";

const SHEET = `<div class="qb-sheet__head"><h2 class="qb-sheet__title"></h2><button class="qb-btn qb-btn--small" type="button" data-done>完成</button></div>
<div class="qb-sheet__body"><input class="qb-input" type="search" autocomplete="off" enterkeyhint="search"><p class="qb-meta" role="status"></p><ul class="qb-cells"></ul></div>`;

customElements.define("qb-pick", class extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.list = this.querySelector("ul");
    this.addEventListener("click", ({ target }) => {
      if (target.closest("[data-open]")) this.open();
      else if (target.closest("[data-remove]")) { target.closest("li").remove(); changed(this); }
    });
  }

  get state() { return [...this.list.children].map((item) => ({ id: item.querySelector("input").value, name: item.querySelector("[data-label]").textContent })); }
  set state(stored) { stored.forEach((item) => this.choose(item)); }

  open() {
    const sheet = Object.assign(document.createElement("dialog"), { className: "qb-sheet qb-sheet--tall", innerHTML: SHEET });
    const search = sheet.querySelector("input"), label = this.dataset.label;
    sheet.querySelector("h2").textContent = label;
    sheet.setAttribute("aria-label", label);
    search.placeholder = this.dataset.url.endsWith("people") ? "姓名、工号或科室" : "科室名称";
    search.setAttribute("aria-label", search.placeholder);
    let pause;
    search.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(() => this.find(sheet, search.value.trim()), 250); });
    search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    sheet.addEventListener("click", ({ target }) => {
      const row = target.closest("[data-id]");
      if (row) this.toggle(row, sheet);
      if (row ? !("many" in this.dataset) : target.closest("[data-done]")) sheet.close();
    });
    sheet.addEventListener("close", () => { sheet.remove(); this.querySelector("[data-open]").focus(); });
    document.body.append(sheet);
    sheet.showModal();
    this.find(sheet, "");
  }

  async find(sheet, text) {
    const said = sheet.querySelector("[role=status]"), asked = this.asked = Symbol(text);
    try {
      const answer = await ask(`${this.dataset.url}?q=${encodeURIComponent(text)}`);
      if (asked !== this.asked) return;
      const found = answer.people || answer.departments || [];
      said.textContent = found.length ? "" : text ? `没有找到“${text}”` : "输入几个字来查找";
      sheet.querySelector("ul").replaceChildren(...found.map((item) => this.row(item)));
    } catch (wrong) { said.textContent = `没查到（${wrong.message}），请再试一次`; }
  }

  row({ id, name, department = "", path = "", staff_no = "" }) {
    const item = document.createElement("li"), button = document.createElement("button"), note = document.createElement("span");
    Object.assign(button, { type: "button", className: "qb-cell qb-picker__one", textContent: name });
    Object.assign(button.dataset, { id, name });
    button.setAttribute("aria-pressed", this.state.some((one) => one.id === id));
    Object.assign(note, { className: "qb-meta qb-end", textContent: [department || path, staff_no].filter(Boolean).join(" · ") });
    button.append(note);
    item.append(button);
    return item;
  }

  toggle(row, sheet) {
    const { id, name } = row.dataset, chosen = [...this.list.children].find((item) => item.querySelector("input").value === id);
    if (chosen && "many" in this.dataset) chosen.remove();
    else this.choose({ id, name });
    for (const button of sheet.querySelectorAll("[data-id]")) button.setAttribute("aria-pressed", this.state.some((one) => one.id === button.dataset.id));
    changed(this);
  }

  choose({ id, name }) {
    if (!("many" in this.dataset)) this.list.replaceChildren();
    if (this.state.some((one) => one.id === id)) return;
    const item = copy(this.querySelector("template"));
    item.querySelector("input").value = id;
    item.querySelector("[data-label]").textContent = name;
    item.querySelector("[data-remove]").setAttribute("aria-label", `移除 ${name}`);
    this.list.append(item);
  }
});
