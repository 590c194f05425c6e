// The phone: chats, workbench, contacts, the person holding it.
import { h, icon, avatar, appMark, get, post, toast, choose, clockText, whenText } from "./ui.js";
import { bubble, summary, firstChoices, sendClick } from "./cards.js";
import { Browser } from "./browser.js";
import * as overlays from "./overlays.js";

const TABS = [["chat", "消息"], ["grid", "工作台"], ["book", "通讯录"], ["me", "我"]];

class Phone {
  constructor(root) {
    this.root = root;
    this.tab = "chat";
    this.chat = null;
    this.lines = [];
    this.version = "";
    this.picks = new Map();
    this.waiting = new Map();
    this.department = 1;
    this.screen = h("div.screen");
    this.body = h("div.view");
    this.tabs = h("nav.tabs");
    this.browser = new Browser(this);
    window.qbPhone = { call: (name, params, page) => this.browser.call(name, params, page), open: (url) => this.browser.open(url), close: () => this.browser.close() };
  }

  async start() {
    this.me = await get("me");
    const framed = window.parent !== window;
    this.root.classList.toggle("is-framed", framed);
    this.clock = h("span.status-time");
    this.root.replaceChildren(h("div.status", { "aria-hidden": "true" }, this.clock, h("span.status-signs", h("i.signal"), h("span", "5G"), h("i.battery"))), this.screen);
    this.screen.append(this.body, this.tabs);
    await this.refresh();
    this.draw();
    setInterval(() => this.refresh().catch(() => {}), 1000);
    window.addEventListener("message", (event) => {
      if (event.data?.qb === "open" && event.data.url) this.browser.open(event.data.url);
    });
    document.body.dataset.ready = "1";
  }

  async refresh() {
    const news = await get(`inbox?version=${encodeURIComponent(this.version)}`);
    if (news.same) { this.tick(); return; }
    const first = !this.version;
    const who = news.version.split("/").slice(1).join("/");
    if (!first && who !== this.me.person?.userid) {
      this.browser.close();
      this.chat = null;
      this.picks.clear();
      this.version = "";
      this.me = await get("me");
      this.lines = news.lines;
      this.version = news.version;
      return this.draw();
    }
    const before = new Set(this.lines.map((one) => one.n));
    const look = JSON.stringify(this.lines);
    this.version = news.version;
    this.lines = news.lines;
    this.now = news.now;
    this.tick();
    if (JSON.stringify(news.lines) === look) { this.refreshMe(); return; }
    for (const one of news.lines) {
      const last = this.waiting.get(one.msgid);
      if (last && last !== JSON.stringify([one.body, one.replaced])) this.waiting.delete(one.msgid);
    }
    const fresh = news.lines.filter((one) => !before.has(one.n) && one.msgid);
    if (!first && fresh.length && (this.browser.node || this.chat !== fresh.at(-1).agentid)) this.banner(fresh.at(-1));
    if (this.chat !== null) this.readChat();
    this.draw(fresh.length > 0);
  }

  async refreshMe() {
    const me = await get("me");
    if (me.client !== this.me.client || me.identity !== this.me.identity) { this.me = me; this.draw(); }
  }

  tick() {
    this.clock.textContent = clockText(this.now ?? Date.now() / 1000);
    if (this.now) this.now += 1;
  }

  agent(id) { return this.me.agents.find((one) => String(one.agentid) === String(id)) || { name: "应用", agentid: id }; }

  unread(id) { return this.lines.filter((one) => one.unread && (id === undefined || one.agentid === id)).length; }

  banner(line) {
    document.querySelector(".banner")?.remove();
    const agent = this.agent(line.agentid);
    const node = h("button.banner", { onclick: () => { node.remove(); this.browser.close(); this.openChat(line.agentid); } }, appMark(agent.name), h("span", h("strong", agent.name), h("small", summary(line))));
    this.root.append(node);
    setTimeout(() => node.remove(), 3600);
  }

  draw(down = false) {
    const views = { chat: () => this.drawChats(), grid: () => this.drawBench(), book: () => this.drawBook(), me: () => this.drawMe() };
    this.tabs.replaceChildren(...TABS.map(([name, label]) => h(`button.tab${this.tab === name ? ".is-on" : ""}`, { onclick: () => { this.tab = name; this.draw(); }, "data-tab": name }, icon(name), h("span", label), name === "chat" && this.unread() ? h("b.badge", Math.min(99, this.unread())) : "")));
    if (this.chat !== null) this.drawChat(down);
    else { this.chatNode?.remove(); this.chatNode = null; }
    views[this.tab]();
  }

  top(title, ...tools) { return h("header.top", h("strong", title), h("span.top-tools", tools)); }

  drawChats() {
    const person = this.me.person;
    const header = h("header.top", h("button.top-person", { onclick: () => this.changePerson(), "aria-label": "换人" }, person ? avatar(person.name) : "", h("span", h("strong", person?.name || "选一个人"), h("small", person ? [person.department, person.position].filter(Boolean).join(" · ") : ""))),
      h("button.icon-button", { onclick: () => this.plus(), "aria-label": "更多功能" }, icon("plus")));
    const rows = this.me.agents.map((agent) => {
      const last = this.lines.filter((one) => one.agentid === agent.agentid).at(-1);
      const count = this.unread(agent.agentid);
      return { at: last?.at || 0, node: h("button.chat-row", { onclick: () => this.openChat(agent.agentid), "data-agent": agent.agentid },
        h("span.chat-mark", appMark(agent.name), count ? h("b.badge", count > 99 ? "99+" : count) : ""),
        h("span.chat-text", h("span.chat-line", h("strong", agent.name), last ? h("time", whenText(last.at, this.now || Date.now() / 1000)) : ""), h("small", last ? summary(last) : "还没有消息"))) };
    }).sort((a, b) => b.at - a.at);
    this.body.replaceChildren(header, h("div.scroll", h("div.fake-search", icon("search"), "搜索"), rows.map((one) => one.node)));
  }

  async plus() {
    const picked = await choose("", [{ label: "扫一扫", icon: "scan", value: "scan" }, { label: "换一个人拿这部手机", icon: "swap", value: "person" }]);
    if (picked === "scan") this.scan();
    if (picked === "person") this.changePerson();
  }

  async scan() {
    const text = await overlays.scan();
    if (text === null) return;
    if (/^https?:/.test(text) && this.browser.local(text) !== null) this.browser.open(text);
    else choose(`码的内容：${text}`, []);
  }

  openChat(id) {
    this.chat = id;
    this.tab = "chat";
    this.readChat();
    this.draw(true);
  }

  readChat() {
    if (this.unread(this.chat) && !this.browser.node) {
      this.lines.forEach((one) => { if (one.agentid === this.chat) one.unread = false; });
      post("read", { agentid: this.chat }).catch(() => {});
    }
  }

  drawChat(down) {
    const agent = this.agent(this.chat);
    if (!this.chatNode) {
      this.talk = h("div.talk");
      const input = h("input", { placeholder: "发消息给应用", "aria-label": "发消息" });
      const form = h("form.talk-form", { onsubmit: async (event) => {
        event.preventDefault();
        const text = input.value.trim();
        if (!text) return;
        input.value = "";
        await post("write", { agentid: this.chat, text });
        this.refresh();
      } }, input, h("button.button.is-primary", "发送"));
      this.chatNode = h("section.chat", h("header.top.is-chat", h("button.icon-button", { onclick: () => { this.chat = null; this.draw(); }, "aria-label": "返回" }, icon("back")), h("strong", agent.name),
        h("button.icon-button", { onclick: () => agent.home_url && this.browser.open(agent.home_url), "aria-label": "打开应用" }, icon("grid"))), this.talk, form);
      this.screen.insertBefore(this.chatNode, this.screen.querySelector(".web"));
      down = true;
    }
    const near = this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < 80;
    const tools = {
      open: (url) => url && this.browser.open(url), redraw: () => this.drawChat(false),
      choices: (line, data) => { const key = `${line.msgid}/${data.task_id || ""}`; if (!this.picks.has(key)) this.picks.set(key, firstChoices(line, data)); return this.picks.get(key); },
      busy: (line) => this.waiting.has(line.msgid),
      click: (line, key, selected) => this.click(line, key, selected),
    };
    let before = 0;
    const nodes = this.lines.filter((one) => one.agentid === this.chat).map((line) => {
      const time = line.at - before > 300 ? h("time.talk-time", whenText(line.at, this.now || Date.now() / 1000)) : "";
      before = line.at;
      const mine = line.mine !== undefined;
      const content = mine ? h("div.bubble.is-mine", line.mine) : bubble(line, tools);
      if (line.recalled) return [time, content];
      return [time, h(`div.talk-row${mine ? ".is-mine" : ""}`, { "data-msgid": line.msgid || null }, mine ? avatar(this.me.person?.name || "我") : appMark(agent.name), h("div.talk-body", content))];
    });
    this.talk.replaceChildren(...nodes.flat().filter(Boolean));
    if (!nodes.length) this.talk.append(h("p.empty", "还没有消息"));
    if (down || near) {
      this.talk.scrollTop = this.talk.scrollHeight;
      setTimeout(() => { if (this.talk) this.talk.scrollTop = this.talk.scrollHeight; }, 60);
    }
  }

  async click(line, key, selected) {
    this.waiting.set(line.msgid, JSON.stringify([line.body, line.replaced]));
    this.drawChat(false);
    setTimeout(() => { if (this.waiting.delete(line.msgid) && this.chat !== null) this.drawChat(false); }, 4000);
    try { await sendClick(line, key, selected); } catch (error) { this.waiting.delete(line.msgid); toast(`没有发出去：${error.message}`); }
    this.refresh();
  }

  drawBench() {
    const apps = this.me.agents.map((one) => h("button.app", { onclick: () => (one.home_url ? this.browser.open(one.home_url) : toast("这个应用没有主页")), "data-agent": one.agentid }, appMark(one.name), h("span", one.name)));
    const fake = ["打卡", "日程", "会议", "微盘"].map((name) => h("button.app.is-fake", { onclick: () => toast("这是企业微信自带的应用，模拟器里没有") }, h("span.avatar", name.slice(0, 1)), h("span", name)));
    this.body.replaceChildren(this.top("工作台", h("small.top-note", this.me.corp)), h("div.scroll", h("section.group", h("h2", "自建应用"), h("div.apps", apps)), h("section.group", h("h2", "企业微信"), h("div.apps", fake))));
  }

  async drawBook() {
    const here = this.department;
    const [{ departments }, { people }] = await Promise.all([get("departments"), get(`people?department=${here}`)]);
    if (this.tab !== "book" || here !== this.department) return;
    const own = departments.find((one) => one.id === here);
    const below = departments.filter((one) => one.parentid === here).sort((a, b) => b.order - a.order);
    const header = own?.parentid ? h("header.top.is-chat", h("button.icon-button", { onclick: () => { this.department = own.parentid; this.drawBook(); }, "aria-label": "上一级" }, icon("back")), h("strong", own.name), h("span.icon-button")) : this.top("通讯录", h("small.top-note", this.me.corp));
    this.body.replaceChildren(header, h("div.scroll", h("section.group.is-flat",
      below.map((one) => h("button.list-row", { onclick: () => { this.department = one.id; this.drawBook(); } }, h("span.avatar.is-folder", icon("folder")), h("span.list-text", h("strong", one.name)), icon("next", "is-soft"))),
      people.filter((one) => one.status !== 5).map((one) => h("div.list-row", avatar(one.name), h("span.list-text", h("strong", one.name, one.position ? h("em", one.position) : ""), h("small", one.staff_no)))),
      below.length + people.length ? "" : h("p.empty", "这个部门还没有人"))));
  }

  drawMe() {
    const { person } = this.me;
    const client = this.me.clients.find((one) => one.name === this.me.client)?.label;
    const identities = { self: "本人", outside: "应用看不见的成员", stranger: "不是企业成员" };
    const setting = (name, label, value, onclick) => h("button.setting", { onclick }, icon(name), h("span", label), h("em", value), icon("next", "is-soft"));
    this.body.replaceChildren(h("div.scroll.is-me",
      h("button.me-card", { onclick: () => this.changePerson() }, person ? avatar(person.name) : "", h("span", h("strong", person?.name || "选一个人"), h("small", person ? `${person.department} ${person.position}` : ""), h("small", person?.staff_no ? `工号 ${person.staff_no}` : "")), icon("swap", "is-soft")),
      h("section.group.is-flat",
        setting("phone", "客户端", client, async () => { const picked = await choose("这部手机扮演哪种客户端", this.me.clients.map((one) => ({ label: one.label, value: one.name, current: one.name === this.me.client }))); if (picked) this.change({ client: picked }); }),
        setting("shield", "登录身份", identities[this.me.identity], async () => { const picked = await choose("登录时企业微信怎样回答", Object.entries(identities).map(([value, label]) => ({ label, value, current: value === this.me.identity }))); if (picked) this.change({ identity: picked }); }),
        setting("scan", "扫一扫", "", () => this.scan())),
      h("p.me-note", "模拟手机 · 数据只在这台电脑上")));
  }

  async changePerson() {
    const userid = await overlays.pickPerson(this.me.person?.userid);
    if (userid) this.change({ userid });
  }

  async change(wanted) {
    await post("phone", wanted);
    this.browser.close();
    this.me = await get("me");
    await this.refresh();
    this.draw();
  }
}

new Phone(document.getElementById("phone")).start();
