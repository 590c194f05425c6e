// Scenes, clock, faults and the log beside the phones.
import { h, get, post } from "./ui.js";

const SCENES = [
  ["请假审批", "护士提交请假，护士长在消息卡片上直接同意。", ["护士", "护士长"]],
  ["逐级审批", "医师发起，科主任审核，再到院领导。", ["医师", "科主任", "院长"]],
];
const CODES = [[-1, "系统繁忙 -1"], [45009, "频率超限 45009"], [45033, "并发超限 45033"], [42001, "令牌过期 42001"]];
const FLAGS = [["callbacks_double", "回调重复送达"], ["callbacks_shuffle", "回调乱序送达"], ["callbacks_off", "回调全部丢失"], ["callbacks_retry_status", "非 200 也重试"], ["untrusted_ip", "IP 不可信 60020"], ["html", "接口返回 HTML 错误页"]];
const KINDS = { api: "接口", callback: "回调", page: "页面" };

export function panel(root, { cast, refresh, ports }) {
  let tab = "scenes";
  let faults = {};
  const body = h("div.panel-body");
  const tabs = h("div.panel-tabs");

  function draw() {
    tabs.replaceChildren(...[["scenes", "场景"], ["faults", "时钟与故障"], ["log", "请求日志"]].map(([name, label]) => h(`button${tab === name ? ".is-on" : ""}`, { onclick: () => { tab = name; draw(); } }, label)));
    ({ scenes: drawScenes, faults: drawFaults, log: drawLog })[tab]();
  }

  /** The stories of the corp when it brings some, else two that fit any hospital. */
  async function stories() {
    const { scenes } = await get("api/state");
    if (scenes.length) return scenes.map(({ title, text, people }) => ({ title, text, words: people.map((one) => one.part), find: async () => people.map((one) => one.userid) }));
    const find = (posts) => async () => (await get(`api/cast?posts=${encodeURIComponent(posts.join("|"))}`)).userids;
    return SCENES.map(([title, text, posts]) => ({ title, text, words: posts, find: find(posts) }));
  }

  async function drawScenes() {
    const shown = await stories();
    if (tab !== "scenes") return;
    body.replaceChildren(h("p.soft", "点一个场景，手机就换给对应的人。再用任意一部手机，像真的一样办事。"),
      ...shown.map(({ title, text, words, find }) => h("button.scene", { onclick: async () => cast((await find()).slice(0, ports.length)) }, h("strong", title), h("small", text), h("span", words.map((one) => h("em", one))))),
      h("h2", "粘贴一个码"), pasteForm(), h("p.soft", "粘贴后，手机的“扫一扫”里就能选到它。"));
  }

  function pasteForm() {
    const input = h("input", { placeholder: "二维码的内容", "aria-label": "二维码的内容" });
    input.className = "paste";
    return h("form.box.switch", { onsubmit: async (event) => { event.preventDefault(); await post("api/codes", { codes: input.value ? [input.value] : [] }); } }, input, h("button.button", "放上去"));
  }

  const send = async (name, what) => { const answer = await post(`api/${name}`, what); if (name === "faults") faults = answer; refresh(); draw(); };

  function drawFaults() {
    const hours = [[600, "快进 10 分钟"], [7200, "快进 2 小时"], [86400, "快进 1 天"], [259200, "快进 3 天"]];
    body.replaceChildren(
      h("h2", "模拟时钟"), h("div.buttons", hours.map(([advance, label]) => h("button.button", { onclick: () => send("clock", { advance }) }, label)), h("button.button", { onclick: () => send("clock", { reset: true }) }, "回到现在")),
      h("h2", "令牌"), h("div.buttons", h("button.button", { onclick: () => send("tokens", { action: "expire" }) }, "全部过期"), h("button.button", { onclick: () => send("tokens", { action: "revoke" }) }, "全部作废")),
      h("h2", "让接下来三次接口失败"), h("div.buttons", CODES.map(([code, label]) => h("button.button", { onclick: () => send("faults", { code, times: 3 }) }, label))),
      faults.planned?.length ? h("p.soft", `还会失败：${faults.planned.map((one) => `${one.code} × ${one.times}`).join("，")}`) : "",
      h("h2", "开关"), h("div.box", [...FLAGS.map(([name, label]) => toggle(label, faults[name], (on) => send("faults", { [name]: on }))), toggle("接口每次慢 3 秒", faults.slow > 0, (on) => send("faults", { slow: on ? 3 : 0 }))]),
      h("div.buttons", h("button.button", { onclick: () => send("faults", { clear: true }) }, "全部恢复正常"), h("button.button.is-danger", { onclick: () => confirm("聊天、令牌和文件都会清空，确定吗？") && send("reset", {}) }, "重置模拟器")));
  }

  const toggle = (label, on, change) => h("label.switch", h("span", label), h("input", { type: "checkbox", checked: Boolean(on), onchange: (event) => change(event.target.checked) }));

  async function drawLog() {
    const { log } = await get("api/log");
    if (tab !== "log") return;
    const good = (one) => [0, "ok", "", "off"].includes(one.result) || String(one.result).startsWith("reply");
    body.replaceChildren(h("p.soft", "蓝：应用调用接口 · 紫：回调应用 · 绿：手机里的页面"), h("div.log-list", log.map((one) => h(`div.log-row.is-${one.kind}${good(one) ? "" : ".is-bad"}`, h("time", new Date(one.at * 1000).toTimeString().slice(3, 8)), h("code", one.what), h("b", one.result === 0 ? "ok" : String(one.result)),
      h("small", [KINDS[one.kind], one.ms !== undefined ? `${one.ms} 毫秒` : "", one.attempt > 1 ? `第 ${one.attempt} 次` : "", one.detail || ""].filter(Boolean).join(" · "))))));
    if (!log.length) body.append(h("p.soft", "还没有请求。"));
  }

  root.append(tabs, body);
  draw();
  return { update(world) { faults = world.faults; if (tab === "log") drawLog(); } };
}
