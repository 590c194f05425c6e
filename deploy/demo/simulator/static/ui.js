// Small helpers for building the screen.
const PATHS = {
  chat: "M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z",
  grid: "M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z",
  book: "M6 3h12a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H6a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM12 11.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4M8.2 16.5c.6-2 2-3 3.8-3s3.200 1 3.800 3",
  me: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.500 20.500c.8-3.900 3.700-6 7.500-6s6.700 2.100 7.500 6",
  back: "M15 5l-7 7 7 7", close: "M6 6l12 12M18 6L6 18", plus: "M12 5v14M5 12h14", more: "M5 12h.01M12 12h.01M19 12h.01",
  scan: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M16.200 16.200L21 21", next: "M9 5l7 7-7 7", check: "M5 12.500l4.500 4.500L19 7.500",
  refresh: "M20 11a8 8 0 1 0-2.300 6.200M20 5v6h-6", link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  shot: "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
  photo: "M4 6a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1zM4 16l4.500-4.500L13 16l3-3 4 4M15.500 9.500h.01",
  mic: "M12 15a3.500 3.500 0 0 0 3.500-3.500v-5a3.500 3.500 0 1 0-7 0v5A3.500 3.500 0 0 0 12 15M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3",
  file: "M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5", keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7.500 14h9",
  folder: "M3 6a1 1 0 0 1 1-1h5l2 2.500h9a1 1 0 0 1 1 1V18a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1z", swap: "M4 8h15l-4-4M20 16H5l4 4",
  phone: "M7 3h10a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2", shield: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z",
  play: "M8 5l11 7-11 7z", stop: "M7 7h10v10H7z",
};

export function icon(name, extra = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${extra}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  if (name === "more") path.setAttribute("stroke-width", "3");
  svg.append(path);
  return svg;
}

// h("div.card.is-new", {onclick, title}, child, …)
export function h(spec, facts, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  if (facts && (facts instanceof Node || typeof facts !== "object" || Array.isArray(facts))) {
    children.unshift(facts);
    facts = null;
  }
  for (const [name, value] of Object.entries(facts || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(9).filter((one) => one !== null && one !== undefined && one !== false && one !== ""));
  return node;
}

const tone = (text) => [...text].reduce((sum, one) => sum + one.codePointAt(0), 0) % 6;
export const avatar = (name, extra = "") => h(`span.avatar.tone-${tone(name)}${extra}`, name.slice(-2));
export const appMark = (name, extra = "") => h(`span.avatar.is-app${extra}`, name.slice(0, 1));

export async function get(name) {
  const answer = await fetch(`/-sim/${name}`);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

export async function post(name, body = {}) {
  const answer = await fetch(`/-sim/${name}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(data.text || String(answer.status));
  return data;
}

const two = (number) => String(number).padStart(2, "0");
export function clockText(seconds) {
  const at = new Date(seconds * 1000);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}
export function whenText(seconds, now) {
  const at = new Date(seconds * 1000);
  const today = new Date(now * 1000);
  const days = Math.round((new Date(today).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return clockText(seconds);
  if (days === 1) return `昨天 ${clockText(seconds)}`;
  return `${at.getMonth() + 1}月${at.getDate()}日 ${clockText(seconds)}`;
}

let toastTimer = 0;
export function toast(text) {
  document.querySelector(".toast")?.remove();
  const node = h("div.toast", { role: "status" }, text);
  document.getElementById("phone").append(node);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => node.remove(), 1900);
}

// A layer over the whole screen; resolves with what close() gets.
export function layer(spec, build) {
  return new Promise((resolve) => {
    const node = h(spec, { role: "dialog", "aria-modal": "true" });
    const close = (value = null) => { node.remove(); resolve(value); };
    node.append(...[build(close, node)].flat());
    document.getElementById("phone").append(node);
  });
}

// A list of choices from below.
export function choose(title, items) {
  return layer("div.sheet-back", (close, node) => {
    node.addEventListener("click", (event) => event.target === node && close());
    return h("div.sheet", title ? h("p.sheet-title", title) : "",
      ...items.map((one) => h("button.sheet-item", { onclick: () => close(one.value), disabled: one.disabled }, one.icon ? icon(one.icon) : "", h("span", one.label), one.note ? h("small", one.note) : "", one.current ? icon("check", "is-on") : "")),
      h("button.sheet-item.is-cancel", { onclick: () => close() }, "取消"));
  });
}
