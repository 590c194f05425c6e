// What pages need from a script: sheets, busy buttons, retry, messages, counters. Every page reads and posts without it.

const root = document.documentElement;
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

// --- messages: one status region for what happened, one alert region for what needs an answer ---

let fading;

function toast(text, links = []) {
  const box = document.createElement("div");
  box.className = "qb-toast";
  box.append(span(text), ...links.map(({ title, path }) => Object.assign(document.createElement("a"), { href: path, textContent: title })));
  showToast(box);
}

function showToast(box) {
  const region = $("[data-status]");
  if (!region) return;
  ($("dialog[open]") ?? document.body).append(region);
  region.replaceChildren(box);
  fadeLater(box);
}

function fadeLater(box) {
  clearTimeout(fading);
  fading = setTimeout(() => {
    if (box.matches(":hover, :focus-within")) fadeLater(box);
    else box.remove();
  }, box.querySelector("a, button") ? 10000 : 5000);
}

function alertLine(text, action, act) {
  const region = $("[data-alert]");
  if (!region) return;
  $("[data-status]")?.replaceChildren();
  const foot = $("dialog[open] .qb-sheet__foot");
  if (foot) foot.before(region);
  else regionsHome();
  const children = [span(text)];
  if (action) children.push(button(action, act));
  children.push(button("知道了", clearAlert));
  region.replaceChildren(...children);
}

function clearAlert() {
  $("[data-alert]")?.replaceChildren();
  regionsHome();
}

/** Take both regions out of a sheet that is about to close or to be replaced. */
function regionsHome() {
  for (const region of $$("[data-alert], [data-status]")) {
    if (region.parentElement !== document.body) document.body.append(region);
  }
}

function span(text) {
  return Object.assign(document.createElement("span"), { textContent: text });
}

function button(title, act) {
  const element = Object.assign(document.createElement("button"), { type: "button", textContent: title });
  element.addEventListener("click", act);
  return element;
}

// --- sheets: native dialogs; focus goes in and comes back by itself ---

function openSheet(id) {
  const sheet = document.getElementById(id);
  if (!sheet?.showModal) return false;
  if (!sheet.open) sheet.showModal();
  if (matchMedia("(pointer: fine)").matches) $("[autofocus], textarea, input:not([type=hidden]), select", sheet)?.focus();
  return true;
}

function closeSheet(sheet) {
  if (sheet.contains($("[data-alert]"))) clearAlert();
  regionsHome();
  sheet.close();
}

let touchedAt = null;
document.addEventListener("touchstart", (event) => {
  const sheet = event.target.closest?.("dialog[open]");
  touchedAt = sheet && sheet.scrollTop === 0 && !event.target.closest("textarea, input, canvas") ? event.touches[0].clientY : null;
}, { passive: true });
document.addEventListener("touchend", (event) => {
  const sheet = event.target.closest?.("dialog[open]");
  if (sheet && touchedAt !== null && event.changedTouches[0].clientY - touchedAt > 90) closeSheet(sheet);
}, { passive: true });

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.matches?.("dialog[open]")) {
    const edge = target.getBoundingClientRect();
    const inside = event.clientY >= edge.top && event.clientY <= edge.bottom && event.clientX >= edge.left && event.clientX <= edge.right;
    if (!inside) closeSheet(target);
    return;
  }
  const trigger = target.closest?.("[data-sheet], [data-close], [data-fill], [data-copy]");
  if (!trigger) return;
  const { sheet, fill, copy } = trigger.dataset;
  const dialog = trigger.closest("dialog");
  if (sheet !== undefined) {
    if (dialog) closeSheet(dialog);
    if (openSheet(sheet)) event.preventDefault();
  } else if (fill !== undefined) {
    fillField(document.getElementById(fill), trigger.dataset.text ?? trigger.textContent.trim());
  } else if (copy !== undefined) {
    navigator.clipboard?.writeText(copy).then(() => toast("已复制"), () => toast("复制不了，请长按文字"));
  } else if (dialog) {
    closeSheet(dialog);
  }
});

function fillField(field, text) {
  if (!field) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

// --- sending: busy at once, once only, words when it is slow ---

function setBusy(form, submitter) {
  const element = submitter ?? $("[type=submit], button:not([type])", form);
  const word = element?.lastChild;
  const label = word?.textContent;
  form.dataset.busy = "";
  element?.setAttribute("aria-busy", "true");
  const late = setTimeout(() => { if (word) word.textContent = "提交中…"; }, 300);
  const slow = setTimeout(() => toast("网络较慢，仍在提交"), 8000);
  form.addEventListener("qb:free", () => {
    clearTimeout(late);
    clearTimeout(slow);
    delete form.dataset.busy;
    element?.removeAttribute("aria-busy");
    if (word) word.textContent = label;
  }, { once: true });
}

const free = (form) => form.dispatchEvent(new Event("qb:free"));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  if (form.dataset.busy !== undefined) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (form.method !== "post") return;
  if (navigator.onLine === false) {
    event.preventDefault();
    event.stopImmediatePropagation();
    alertLine("网络不稳，内容还在", "重试", () => again(form, event.submitter));
    return;
  }
  clearAlert();
  setBusy(form, event.submitter);
  if (form.dataset.download !== undefined) setTimeout(() => downloaded(form), 2000);
  setTimeout(() => { if (event.defaultPrevented && !form.hasAttribute("hx-post")) free(form); });
}, true);

// An answer that is a file leaves the page where it is.
function downloaded(form) {
  free(form);
  if (form.closest("dialog[open]")) closeSheet(form.closest("dialog"));
}

function again(form, submitter) {
  clearAlert();
  const element = submitter?.isConnected ? submitter : $("[type=submit], button:not([type])", form) ?? document.querySelector(`[form="${form.id}"]`);
  if (element) element.click();
  else form.submit();
}

// --- htmx: every event is handled here and nowhere else ---

document.addEventListener("htmx:config:request", ({ detail }) => {
  detail.ctx.request.headers["X-QB-CSRF"] = $("meta[name=csrf]")?.content ?? "";
});

document.addEventListener("htmx:before:request", ({ detail }) => {
  const element = detail.ctx.sourceElement;
  clearAlert();
  if (!element.matches("form")) element.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:finally:request", ({ detail }) => {
  const element = detail.ctx.sourceElement;
  if (element.matches("form")) free(element);
  else element.removeAttribute("aria-busy");
  detail.ctx.request.form && free(detail.ctx.request.form);
});

document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx) lost(detail.ctx, "网络不稳，内容还在");
});

document.addEventListener("htmx:response:error", ({ detail }) => {
  const { status } = detail.ctx.response;
  if (status < 500) return;
  const code = /data-trace="([^"]{1,40})"/.exec(detail.ctx.text ?? "")?.[1];
  lost(detail.ctx, status === 503 ? "现在人多，正在排队，内容已保留" : `出了点问题，内容已保留${code ? `（编号 ${code}）` : ""}`);
});

function lost(ctx, text) {
  if (ctx.request.method === "GET" && !ctx.sourceElement.matches("a, button, form, input, select")) return;
  const { sourceElement, sourceEvent, request } = ctx;
  alertLine(text, "重试", () => {
    if (sourceElement.matches("form")) again(sourceElement, request.submitter);
    else {
      clearAlert();
      window.htmx.trigger(sourceElement, sourceEvent.type);
    }
  });
}

document.addEventListener("htmx:before:swap", regionsHome);

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const { text, target } = detail.ctx;
  const part = target?.isConnected ? target : document;
  if (text?.includes("data-toast") || text?.includes("data-count")) takeOver(new DOMParser().parseFromString(text, "text/html"));
  focusFirstError(part);
});

function takeOver(page) {
  const box = $("[data-status] [data-toast]", page);
  if (box) showToast(document.importNode(box, true));
  for (const fresh of $$("[data-count]", page)) setCount(fresh.dataset.count, fresh.firstChild?.textContent.trim() ?? "");
}

// --- counters, errors, keyboard, network ---

function setCount(name, count) {
  for (const badge of $$(`[data-count="${CSS.escape(name)}"]`)) {
    badge.hidden = !count;
    if (badge.firstChild?.nodeType !== Node.TEXT_NODE) badge.prepend("");
    badge.firstChild.textContent = count > 99 ? "99+" : String(count || "");
  }
}

async function refreshCounts() {
  if (!$("[data-count]")) return;
  try {
    const answer = await fetch("/-/counts", { headers: { Accept: "application/json" } });
    if (answer.ok) for (const [name, count] of Object.entries((await answer.json()).counts)) setCount(name, count);
  } catch { /* the old figures stay */ }
}

function focusFirstError(part = document) {
  const field = $("[aria-invalid=true]", part);
  if (!field) return;
  const sheet = field.closest("dialog");
  if (sheet && !sheet.open) openSheet(sheet.id);
  field.focus();
}

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  $$("form[data-busy]").forEach(free);
  refreshCounts();
});

addEventListener("offline", () => toast("没有网络了，写的内容还在"));
addEventListener("online", () => { clearAlert(); toast("网络恢复了"); });

const view = window.visualViewport;
let tallest = innerHeight;
view?.addEventListener("resize", () => {
  tallest = Math.max(tallest, innerHeight);
  const typing = document.activeElement?.matches("input, textarea, [contenteditable]");
  root.toggleAttribute("data-keyboard", Boolean(typing) && tallest - view.height > 120 && view.scale < 1.05);
});
addEventListener("orientationchange", () => { tallest = 0; });

// --- elements ---

class Fold extends HTMLElement {
  connectedCallback() {
    this.classList.add("is-folded");
    if (this.scrollHeight <= this.clientHeight + 4) return this.classList.remove("is-folded");
    const more = button("展开", () => {
      const folded = this.classList.toggle("is-folded");
      more.textContent = folded ? "展开" : "收起";
      more.setAttribute("aria-expanded", String(!folded));
    });
    more.className = "qb-link";
    more.setAttribute("aria-expanded", "false");
    this.after(more);
  }
}

class Batch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", () => this.count());
    $("[data-all]", this)?.addEventListener("click", () => {
      const boxes = $$(".qb-todo input[type=checkbox]", this);
      const wanted = boxes.some((box) => !box.checked);
      boxes.forEach((box) => { box.checked = wanted; });
      this.count();
    });
    this.count();
  }

  count() {
    const chosen = $$(".qb-todo input:checked", this).length;
    const go = $("[data-go]", this);
    if (!go) return;
    go.disabled = !chosen;
    go.lastChild.textContent = chosen ? `${go.dataset.go}（${chosen}）` : go.dataset.go;
  }
}

function start() {
  customElements.define("qb-fold", Fold);
  customElements.define("qb-batch", Batch);
  const box = $("[data-status] [data-toast]");
  if (box) fadeLater(box);
  focusFirstError();
}

window.qingban = { toast, alert: alertLine, clearAlert, openSheet, setCount, refreshCounts };
start();
