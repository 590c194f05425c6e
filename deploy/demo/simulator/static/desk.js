// The page with all phones side by side.
import { h, icon, avatar, get, post } from "./ui.js";
import { panel } from "./panel.js";

const first = JSON.parse(document.body.dataset.first);
const stage = document.getElementById("stage");
const counts = document.getElementById("counts");
const devices = [];
let shown = Math.min(first.ports.length, Number(new URLSearchParams(location.search).get("phones")) || (innerWidth > 1240 ? 3 : 2));
let world = null;

function device(port) {
  const address = `${location.protocol}//${location.hostname}:${port}/-sim/phone`;
  const frame = h("iframe", { title: `手机 ${port}`, src: address, allow: "clipboard-write" });
  const glass = h("div.glass", frame);
  const shell = h("div.case", glass);
  const name = h("div.device-name");
  return { port, frame, glass, shell, name, address, node: h("section.device", name, shell) };
}

function name(one) {
  const phone = world.phones.find((each) => each.port === one.port);
  const person = phone?.person;
  const key = JSON.stringify(phone);
  if (one.key === key) return;
  one.key = key;
  one.name.replaceChildren(person ? avatar(person.name) : h("span.avatar", "?"), h("span", h("strong", person?.name || "还没有人"), h("small", person ? [person.department, person.position].filter(Boolean).join(" · ") : "")),
    h("button", { onclick: () => pick(one.port) }, "换人"), h("a", { href: one.address, target: "_blank", title: "单独打开这部手机" }, icon("link")));
}

function fit() {
  const space = stage.getBoundingClientRect();
  const scale = Math.min((space.height - 90) / 872, (space.width - 30 - 14 * shown) / shown / 416, 1);
  for (const one of devices) {
    const edge = 13 * scale;
    one.node.style.setProperty("width", `${390 * scale + 2 * edge}px`);
    one.shell.style.setProperty("width", `${390 * scale + 2 * edge}px`);
    one.shell.style.setProperty("height", `${844 * scale + 2 * edge}px`);
    one.shell.style.setProperty("border-radius", `${58 * scale}px`);
    one.shell.style.setProperty("--island-top", `${edge + 10 * scale}px`);
    one.shell.style.setProperty("--island", `${28 * scale}px`);
    one.shell.style.setProperty("--home-bottom", `${edge + 7 * scale}px`);
    one.glass.style.setProperty("inset", `${edge}px`);
    one.glass.style.setProperty("border-radius", `${46 * scale}px`);
    one.frame.style.setProperty("transform", `scale(${scale})`);
  }
}

function show(count) {
  shown = count;
  while (devices.length > shown) devices.pop().node.remove();
  while (devices.length < shown) { const one = device(first.ports[devices.length]); devices.push(one); stage.append(one.node); }
  counts.replaceChildren(...first.ports.map((_, place) => h(`button${place + 1 === shown ? ".is-on" : ""}`, { onclick: () => show(place + 1) }, `${place + 1} 部`)));
  if (world) devices.forEach(name);
  fit();
}

async function pick(port) {
  const list = h("div.people");
  const input = h("input", { placeholder: "姓名、科室、职务或工号", autofocus: true });
  const dialog = h("dialog.dialog", h("form", { method: "dialog" }, h("h2", "这部手机给谁"), input), list);
  const draw = async () => {
    const { people, suggested } = await get(`api/people?q=${encodeURIComponent(input.value.trim())}`);
    list.replaceChildren(...(input.value.trim() ? people : suggested).map((one) => h("button.person", { disabled: [2, 5].includes(one.status), onclick: async () => { await post("api/phone", { port, userid: one.userid }); dialog.close(); refresh(); } }, avatar(one.name),
      h("span", h("strong", one.name), h("small", [one.department, one.position, one.staff_no].filter(Boolean).join(" · "))))));
  };
  input.addEventListener("input", draw);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  draw();
}

async function refresh() {
  world = await get("api/state");
  devices.forEach(name);
  const clock = document.getElementById("clock");
  const at = new Date(world.now * 1000);
  clock.textContent = `模拟时间 ${at.getMonth() + 1}月${at.getDate()}日 ${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
  clock.classList.toggle("is-moved", Math.abs(world.offset) > 1);
  controls.update(world);
}

const controls = panel(document.getElementById("panel"), { cast: async (people) => {
  show(Math.max(people.length, Math.min(2, first.ports.length)));
  for (const [place, userid] of people.entries()) await post("api/phone", { port: first.ports[place], userid });
  refresh();
}, refresh, ports: first.ports });

document.getElementById("fold").addEventListener("click", () => { document.querySelector(".desk").classList.toggle("is-wide"); fit(); });
addEventListener("resize", fit);
show(shown);
refresh();
setInterval(() => refresh().catch(() => {}), 2000);
