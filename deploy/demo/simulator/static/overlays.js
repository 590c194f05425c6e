// Layers over the screen: scanning, photos, recording, choosing people, previews.
import { h, icon, avatar, get, post, toast, layer } from "./ui.js";

async function canDetect() {
  if (!("BarcodeDetector" in window)) return false;
  try { return (await window.BarcodeDetector.getSupportedFormats()).includes("qr_code"); } catch { return false; }
}

// Resolves with the text of the code, or null.
export async function scan() {
  const [detect, { codes }] = await Promise.all([canDetect(), get("codes")]);
  return layer("div.scan", (close, node) => {
    const list = h("div.scan-codes");
    const draw = (rows) => list.replaceChildren(...(rows.length
      ? [h("p", "对准一个正在显示的码"), ...rows.map((one) => h("button.scan-code", { onclick: () => close(one.text), "data-code": one.text }, icon("phone"), h("span", h("strong", one.from), h("small", one.text.slice(0, 60)))))]
      : [h("p", "没有手机正在显示二维码"), h("p.is-soft", "可以输入码的内容，或先在别的手机上打开带二维码的页面")]));
    draw(codes);
    const timer = setInterval(async () => (node.isConnected ? draw((await get("codes")).codes) : clearInterval(timer)), 1500);
    const input = h("input", { placeholder: "输入码的内容或网址", "aria-label": "码的内容" });
    const form = h("form.scan-form", { onsubmit: (event) => { event.preventDefault(); if (input.value.trim()) close(input.value.trim()); } }, input, h("button.button.is-primary", "确定"));
    const file = h("input", { type: "file", accept: "image/*", hidden: true, onchange: async () => {
      try {
        const found = await new window.BarcodeDetector({ formats: ["qr_code", "code_128"] }).detect(await createImageBitmap(file.files[0]));
        found.length ? close(found[0].rawValue) : toast("这张图里没有认出码");
      } catch { toast("这张图读不了"); }
    } });
    return [
      h("div.scan-bar", h("button.icon-button", { onclick: () => close(), "aria-label": "关闭" }, icon("close")), h("strong", "扫一扫"), detect ? h("button.icon-button", { onclick: () => file.click(), "aria-label": "从相册选" }, icon("photo")) : h("span")),
      h("div.scan-frame", h("i")), list, form, file,
    ];
  });
}

// Resolves with ids of local photos, or null.
export async function photos(count) {
  const { samples } = await get("samples");
  return layer("div.full", (close) => {
    const picked = [];
    const done = h("button.button.is-primary", { disabled: true, onclick: async () => {
      done.disabled = true;
      const ids = [];
      for (const one of picked) ids.push(typeof one === "number" ? (await post("sample", { number: one })).local : one);
      close(ids);
    } }, "完成");
    const mark = () => {
      done.disabled = !picked.length;
      done.textContent = picked.length ? `完成（${picked.length}）` : "完成";
      grid.querySelectorAll("[data-number]").forEach((tile) => {
        const place = picked.indexOf(tile.dataset.id || Number(tile.dataset.number));
        tile.classList.toggle("is-on", place >= 0);
        tile.querySelector("b").textContent = place >= 0 ? place + 1 : "";
      });
    };
    const toggle = (value) => {
      const place = picked.indexOf(value);
      if (place >= 0) picked.splice(place, 1);
      else if (count === 1) picked.splice(0, picked.length, value);
      else if (picked.length < count) picked.push(value);
      else toast(`最多选 ${count} 张`);
      mark();
    };
    const file = h("input", { type: "file", accept: "image/jpeg,image/png", multiple: count > 1, hidden: true, onchange: async () => {
      for (const one of file.files) {
        const { local } = await (await fetch("/-sim/photo", { method: "POST", body: one, headers: { "Content-Type": one.type } })).json();
        grid.append(tile(local, `/-sim/local/${local}`, one.name, local));
        toggle(local);
      }
    } });
    const tile = (value, src, name, id) => h("button.photo", { "data-number": String(value), "data-id": id || null, onclick: () => toggle(value), "aria-label": name }, h("img", { src, alt: name }), h("b"));
    const grid = h("div.photos", h("button.photo.is-own", { onclick: () => file.click() }, icon("plus"), h("span", "选本机图片")), samples.map((name, number) => tile(number, `/-sim/samples/${number}.jpg`, name)));
    return [h("div.full-bar", h("button.text-button", { onclick: () => close() }, "取消"), h("strong", "最近照片"), h("span.text-button")), grid, file, h("div.full-foot", h("small", `最多 ${count} 张`), done)];
  });
}

// Choosing departments and people; resolves with {departmentList, userList} or null.
export async function contacts({ mode = "multi", type = ["department", "user"], selectedUserIds = [], selectedDepartmentIds = [], fromDepartmentId = 0 }, me) {
  const { departments } = await get("departments");
  const users = new Map();
  const parts = new Map(departments.filter((one) => selectedDepartmentIds.map(String).includes(String(one.id))).map((one) => [String(one.id), one]));
  for (const id of selectedUserIds) {
    const found = (await get(`people?q=${encodeURIComponent(id)}`)).people.find((one) => one.userid === id);
    if (found) users.set(id, found);
  }
  return layer("div.full", (close) => {
    const list = h("div.list");
    const done = h("button.button.is-primary", { onclick: () => close({
      departmentList: [...parts.values()].map((one) => ({ id: String(one.id), name: one.name })),
      userList: [...users.values()].map((one) => ({ id: one.userid, name: one.name, avatar: "" })),
    }) }, "确定");
    const trail = h("div.trail");
    let here = fromDepartmentId === -1 && me.person ? me.person.department_id : 1;
    let text = "";
    const total = () => { const n = users.size + parts.size; done.textContent = n ? `确定（${n}）` : "确定"; done.disabled = !n; };
    const flip = (map, id, value) => {
      if (map.has(id)) map.delete(id);
      else { if (mode === "single") { users.clear(); parts.clear(); } map.set(id, value); }
      draw();
    };
    const box = (on) => h(`i.tick${on ? ".is-on" : ""}`, icon("check"));
    async function draw() {
      total();
      const people = type.includes("user") ? (await get(text ? `people?q=${encodeURIComponent(text)}` : `people?department=${here}`)).people : [];
      const below = text ? departments.filter((one) => one.name.includes(text)) : departments.filter((one) => one.parentid === here).sort((a, b) => b.order - a.order);
      const path = [];
      for (let at = departments.find((one) => one.id === here); at; at = departments.find((one) => one.id === at.parentid)) path.unshift(at);
      trail.replaceChildren(...path.map((one) => h("button", { onclick: () => { here = one.id; draw(); } }, one.name)));
      list.replaceChildren(
        ...below.map((one) => h("div.list-row", type.includes("department") ? h("button.tick-button", { onclick: () => flip(parts, String(one.id), one), "aria-label": `选 ${one.name}` }, box(parts.has(String(one.id)))) : "", h("button.list-main", { onclick: () => { here = one.id; text = input.value = ""; draw(); } }, h("span.avatar.is-folder", icon("folder")), h("span.list-text", h("strong", one.name)), icon("next", "is-soft")))),
        ...people.filter((one) => one.status !== 5).map((one) => h("button.list-row", { onclick: () => flip(users, one.userid, one), "data-userid": one.userid }, box(users.has(one.userid)), avatar(one.name), h("span.list-text", h("strong", one.name), h("small", `${one.department} ${one.position}`)))));
      if (!list.children.length) list.append(h("p.empty", "这里没有人"));
    }
    const input = h("input", { placeholder: "搜索", "aria-label": "搜索", oninput: () => { text = input.value.trim(); draw(); } });
    draw();
    return [h("div.full-bar", h("button.text-button", { onclick: () => close() }, "取消"), h("strong", "选择联系人"), h("span.text-button")), h("label.search", icon("search"), input), trail, list, h("div.full-foot", h("small", mode === "single" ? "单选" : "可多选"), done)];
  });
}

export function pickPerson(current) {
  return layer("div.full", (close) => {
    const list = h("div.list");
    const person = (one) => h("button.list-row", { onclick: () => close(one.userid), disabled: [2, 5].includes(one.status), "data-userid": one.userid }, avatar(one.name),
      h("span.list-text", h("strong", one.name, one.position ? h("em", one.position) : ""), h("small", [one.department, one.staff_no].filter(Boolean).join(" · "))),
      one.status === 2 ? h("span.tag", "已停用") : one.status === 5 ? h("span.tag", "已离开") : !one.in_scope ? h("span.tag", "应用不可见") : "", one.userid === current ? icon("check", "is-on") : "");
    async function draw() {
      const text = input.value.trim();
      const { people, suggested } = await get(`people?q=${encodeURIComponent(text)}`);
      list.replaceChildren(...(text ? people.map(person) : [h("p.list-title", "常用"), ...suggested.map(person), h("p.list-title", "全部"), ...people.slice(0, 40).map(person)]));
      if (text && !people.length) list.append(h("p.empty", "没有找到"));
    }
    const input = h("input", { placeholder: "姓名、科室或工号", "aria-label": "查找人员", oninput: draw });
    draw();
    return [h("div.full-bar", h("button.text-button", { onclick: () => close() }, "取消"), h("strong", "这部手机是谁的"), h("span.text-button")), h("label.search", icon("search"), input), list];
  });
}

export function recorder(onStop) {
  const started = Date.now();
  const time = h("span", "0:00");
  const node = h("div.recording", h("i"), icon("mic"), time, h("small", "正在录音"));
  document.getElementById("phone").append(node);
  const seconds = () => Math.min(60, (Date.now() - started) / 1000);
  const timer = setInterval(() => {
    const now = Math.floor(seconds());
    time.textContent = `${Math.floor(now / 60)}:${String(now % 60).padStart(2, "0")}`;
    if (now >= 60) onStop(stop());
  }, 250);
  function stop() { clearInterval(timer); node.remove(); return Math.max(1, seconds()); }
  return { stop };
}

export function showImages(urls, current) {
  let place = Math.max(0, urls.indexOf(current));
  return layer("div.viewer", (close) => {
    const image = h("img", { alt: "预览图片" });
    const count = h("span");
    const show = (step) => { place = (place + step + urls.length) % urls.length; image.src = urls[place]; count.textContent = `${place + 1} / ${urls.length}`; };
    show(0);
    return [h("div.scan-bar", h("button.icon-button", { onclick: () => close(), "aria-label": "关闭" }, icon("close")), count, h("span")), h("div.viewer-stage", { onclick: () => close() }, image),
      urls.length > 1 ? h("div.viewer-steps", h("button.icon-button", { onclick: () => show(-1), "aria-label": "上一张" }, icon("back")), h("button.icon-button", { onclick: () => show(1), "aria-label": "下一张" }, icon("next"))) : ""];
  });
}

// Files are fetched as the client does it: without the page's cookies.
export async function showFile({ url, name, size }) {
  const answer = await fetch(url, { credentials: "omit", headers: { "X-Sim-Plain": "1" } });
  if (!answer.ok) { toast(`文件打不开（${answer.status}）`); return false; }
  const blob = await answer.blob();
  const address = URL.createObjectURL(blob);
  layer("div.full", (close) => {
    const known = blob.type.startsWith("image/") ? h("img.file-image", { src: address, alt: name || "" }) : h("div.file-card", icon("file"), h("strong", name || "文件"), h("small", `${blob.type || "文件"} · ${Math.ceil((blob.size || size) / 1024)} KB`), h("a.button", { href: address, download: name || "file" }, "存到本机"));
    return [h("div.full-bar", h("button.icon-button", { onclick: () => { URL.revokeObjectURL(address); close(); }, "aria-label": "关闭" }, icon("close")), h("strong", name || "文件预览"), h("span.icon-button")), h("div.file-stage", known)];
  });
  return true;
}
