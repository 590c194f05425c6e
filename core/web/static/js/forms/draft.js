// Nothing typed is lost: kept on the device at every pause, on the server every 20 seconds and on leaving.
import { ask, changed } from "./dom.js";

const PREFIX = "qb-draft:", PARTS = "qb-photo, qb-file, qb-voice, qb-signature, qb-pick";
const time = (at) => new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
const storage = {
  get(key) { try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(PREFIX + key, JSON.stringify(value)); } catch { /* full or forbidden: the server's draft remains */ } },
  remove(key) { try { localStorage.removeItem(PREFIX + key); } catch { /* forbidden */ } },
};

customElements.define("qb-draft", class extends HTMLElement {
  connectedCallback() {
    const { doneKey, draftKey, draftUrl, savedAt } = this.dataset;
    if (doneKey) { storage.remove(doneKey); return; }
    this.form = this.closest("form");
    Object.assign(this, { key: draftKey, url: draftUrl, first: this.pack() });
    const kept = storage.get(this.key), shown = Boolean(this.form.querySelector(".has-error"));
    if (Number(savedAt)) this.tell(`已恢复 ${time(Number(savedAt))} 的草稿`);
    if (kept && !shown && kept.at > Number(savedAt) && JSON.stringify(kept.what) !== this.first) this.offer(kept);
    this.listen();
  }

  listen() {
    let pause;
    const later = () => { clearTimeout(pause); pause = setTimeout(() => this.keep(), 500); };
    for (const name of ["input", "change"]) this.form.addEventListener(name, later);
    this.form.addEventListener("submit", () => { this.keep(); this.mark(true); });
    this.form.addEventListener("qb:free", () => this.mark(false));
    addEventListener("pagehide", () => { this.keep(); this.send(true); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) { this.keep(); this.send(true); } });
    this.timer = setInterval(() => this.send(), 20000);
    this.querySelector("[data-clear]").addEventListener("click", () => this.clear());
    this.querySelector("[data-again]").addEventListener("click", () => { this.restore(this.kept); this.querySelector("[data-again]").hidden = true; });
  }

  disconnectedCallback() { clearInterval(this.timer); }

  /** Entries worth keeping, as text. */
  pack() {
    const kept = [...this.form.elements].filter(({ name, type, disabled }) => name?.startsWith("f.") && !["hidden", "file", "password"].includes(type) && !disabled);
    const pairs = kept.filter((control) => !control.closest("[data-sensitive]") && (!/radio|checkbox/.test(control.type) || control.checked)).map(({ name, value }) => [name, value]);
    const parts = Object.fromEntries([...this.form.querySelectorAll(PARTS)].filter((part) => part.state?.length && !part.closest("[data-sensitive]")).map((part) => [part.dataset.name, part.state]));
    return JSON.stringify({ pairs, parts });
  }

  keep() {
    const now = this.pack();
    if (this.cleared === now || now === (this.last ?? this.first)) return;
    this.last = now;
    storage.set(this.key, { at: Date.now(), what: JSON.parse(now) });
    const said = document.querySelector("[data-draft-status]");
    if (said) said.textContent = "草稿已自动保存";
  }

  async send(leaving = false) {
    if (!this.url || !this.last || this.last === this.sent || this.form.dataset.busy !== undefined || this.submitted) return;
    const now = this.last, { pairs, parts } = JSON.parse(now);
    for (const [name, items] of Object.entries(parts)) for (const { id } of items) pairs.push([name, id]);
    try { await ask(this.url, { pairs }, { keepalive: leaving }); this.sent = now; } catch { /* the device's draft remains; the next round tries again */ }
  }

  /** Remember that the form is on its way; whether it arrived is not known yet. */
  mark(away) {
    this.submitted = away;
    const kept = storage.get(this.key);
    if (kept) storage.set(this.key, { ...kept, away });
  }

  offer(kept) {
    this.kept = kept.what;
    const again = this.querySelector("[data-again]");
    if (kept.away) { again.hidden = false; this.tell(`${time(kept.at)} 填过的内容还在`); return; }
    this.restore(kept.what);
    this.tell(`已恢复 ${time(kept.at)} 的草稿`);
  }

  tell(text) { this.hidden = false; this.querySelector("[data-said]").textContent = text; }

  restore({ pairs, parts }) {
    const values = new Map();
    for (const [name, value] of pairs) values.set(name, [...(values.get(name) || []), value]);
    for (const table of this.form.querySelectorAll("qb-table")) {
      const start = table.querySelector("template").content.querySelector("[name]").name.split("__row__")[0];
      table.reach(Math.max(0, ...[...values.keys()].filter((name) => name.startsWith(start)).map((name) => Number(name.slice(start.length).split(".")[0]) + 1)));
    }
    for (const control of this.form.elements) {
      if (!control.name?.startsWith("f.") || ["hidden", "file"].includes(control.type)) continue;
      const kept = values.get(control.name) || [];
      if (/radio|checkbox/.test(control.type)) control.checked = kept.includes(control.value);
      else if (kept.length) control.value = kept[0];
    }
    for (const part of this.form.querySelectorAll(PARTS)) if (parts[part.dataset.name]) part.state = parts[part.dataset.name];
    changed(this.form);
  }

  clear() {
    storage.remove(this.key);
    if (Number(this.dataset.savedAt)) { this.forget(); return; }
    this.form.reset();
    for (const part of this.form.querySelectorAll(PARTS)) for (const button of part.querySelectorAll("[data-remove]")) button.click();
    this.last = this.cleared = this.pack();
    if (this.url) ask(this.url, { pairs: [] }).catch(() => {});
    changed(this.form);
    this.hidden = true;
  }

  /** The server filled the form from its draft, so only a new page is empty. */
  async forget() {
    this.last = this.sent = this.cleared = this.pack();
    try {
      await ask(this.url, { pairs: [] });
      location.reload();
    } catch { this.tell("没清空，请再试一次"); }
  }
});
