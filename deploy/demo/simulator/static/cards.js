// How messages of an app look in a chat.
import { h, icon, post, toast, choose } from "./ui.js";

const COLOURS = { info: "is-info", comment: "is-comment", warning: "is-warning" };

// Text with <a href> links only.
function linked(text, open) {
  const parts = String(text).split(/(<a\s+href="[^"]*">[^<]*<\/a>)/g);
  return parts.map((part) => {
    const found = part.match(/^<a\s+href="([^"]*)">([^<]*)<\/a>$/);
    return found ? h("a.link", { href: "#", onclick: (event) => { event.preventDefault(); open(found[1]); } }, found[2]) : part;
  });
}

// The div classes and line breaks a textcard may use.
function described(text) {
  const parts = String(text).split(/(<div class="(?:gray|normal|highlight)">[\s\S]*?<\/div>|<br\s*\/?>)/g);
  return parts.map((part) => {
    const found = part.match(/^<div class="(\w+)">([\s\S]*?)<\/div>$/);
    if (found) return h(`div.tc-${found[1]}`, found[2]);
    return /^<br/.test(part) ? h("br") : part;
  });
}

function inline(text, open) {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`|\[[^\]]+\]\([^)]+\)|<font color="\w+">[^<]*<\/font>)/g).map((part) => {
    let found;
    if ((found = part.match(/^\*\*(.+)\*\*$/))) return h("strong", inline(found[1], open));
    if ((found = part.match(/^`(.+)`$/))) return h("code", found[1]);
    if ((found = part.match(/^\[(.+)\]\((.+)\)$/))) return h("a.link", { href: "#", onclick: (event) => { event.preventDefault(); open(found[2]); } }, found[1]);
    if ((found = part.match(/^<font color="(\w+)">(.*)<\/font>$/))) return h(`span.${COLOURS[found[1]] || "is-comment"}`, found[2]);
    return part;
  });
}

function markdown(text, open) {
  return text.split("\n").map((line) => {
    let found;
    if ((found = line.match(/^(#{1,6})\s+(.*)$/))) return h(`p.md-h${Math.min(found[1].length, 3)}`, inline(found[2], open));
    if ((found = line.match(/^>\s?(.*)$/))) return h("p.md-quote", inline(found[1], open));
    return h("p.md-line", inline(line, open));
  });
}

const picture = (id) => h("img.msg-image", { src: `/-sim/media/${id}`, alt: "图片" });

function article(one, open, first) {
  return h(`button.article${first ? ".is-first" : ""}`, { onclick: () => open(one.url) },
    one.picurl ? h("img", { src: one.picurl, alt: "" }) : "",
    h("span.article-text", h("strong", one.title), one.description ? h("small", one.description) : ""));
}

export function bubble(line, tools) {
  const { open } = tools;
  const body = line.body;
  if (line.recalled) return h("p.recalled", "应用撤回了一条消息");
  const kinds = {
    text: () => h("div.bubble", linked(body.content, open)),
    markdown: () => h("div.bubble.is-markdown", markdown(body.content, open)),
    textcard: () => h("button.textcard", { onclick: () => open(body.url) },
      h("strong", body.title), h("div.textcard-text", described(body.description)), h("span.more", body.btntxt || "详情", icon("next"))),
    news: () => h("div.news", body.articles.map((one, place) => article(one, open, place === 0))),
    mpnews: () => h("div.news", body.articles.map((one, place) => article({ ...one, description: one.digest }, () => toast("图文消息"), place === 0))),
    image: () => picture(body.media_id),
    voice: () => h("button.bubble.is-voice", { onclick: () => toast("正在播放语音") }, icon("mic"), "语音"),
    video: () => h("div.bubble", icon("play"), body.title || "视频"),
    file: () => h("div.filebox", icon("file"), h("span", line.media?.name || "文件")),
    template_card: () => card(line, tools),
  };
  const node = (kinds[line.msgtype] || (() => h("div.bubble", "[暂不支持的消息]")))();
  return line.safe ? h("div.is-safe", node, h("small.safe-note", icon("shield"), "保密消息，不可转发")) : node;
}

export function summary(line) {
  if (line.mine !== undefined) return line.mine;
  if (line.recalled) return "应用撤回了一条消息";
  const body = line.body;
  const texts = {
    text: () => body.content.replace(/<[^>]+>/g, ""), markdown: () => body.content.replace(/[#*>`]|<[^>]+>/g, "").trim(),
    textcard: () => body.title, news: () => body.articles[0]?.title, mpnews: () => body.articles[0]?.title, image: () => "[图片]",
    voice: () => "[语音]", video: () => "[视频]", file: () => `[文件] ${line.media?.name || ""}`,
    template_card: () => [body.main_title?.title, body.main_title?.desc].filter(Boolean).join(" ") || body.sub_title_text,
  };
  return (texts[line.msgtype] || (() => "[消息]"))() || "[消息]";
}

function card(line, tools) {
  const data = line.body;
  const dead = Boolean(line.replaced || data.replace_text);
  const act = (action) => action && action.type === 1 && tools.open(action.url);
  const parts = [
    head(line, data, tools),
    data.card_image ? h("img.card-image", { src: data.card_image.url, alt: "" }) : "",
    title(data),
    data.image_text_area ? area(data.image_text_area, tools) : "",
    data.emphasis_content ? h("div.card-emphasis", h("strong", data.emphasis_content.title), h("small", data.emphasis_content.desc || "")) : "",
    data.quote_area ? quote(data.quote_area, tools) : "",
    data.sub_title_text ? h("p.card-sub", data.sub_title_text) : "",
    (data.vertical_content_list || []).map((one) => h("div.card-vertical", h("strong", one.title), h("small", one.desc || ""))),
    data.horizontal_content_list?.length ? h("dl.card-rows", data.horizontal_content_list.map((one) => row(one, tools))) : "",
  ];
  const top = data.card_action ? h("div.card-top.is-link", { onclick: (event) => !event.target.closest("button, a") && act(data.card_action) }, parts) : h("div.card-top", parts);
  return h("article.card", top, jumps(data, tools), interactive(line, data, dead, tools));
}

function head(line, data, tools) {
  const source = data.source || {};
  const menu = data.action_menu;
  if (!source.desc && !menu) return "";
  return h("div.card-source", source.icon_url ? h("img", { src: source.icon_url, alt: "" }) : "",
    h(`span.tone-${source.desc_color || 0}`, source.desc || ""),
    menu ? h("button.card-menu", { "aria-label": menu.desc || "更多", onclick: async () => {
      const key = await choose(menu.desc || "", menu.action_list.map((one) => ({ label: one.text, value: one.key })));
      if (key) tools.click(line, key, {});
    } }, icon("more")) : "");
}

const title = (data) => (data.main_title?.title || data.main_title?.desc
  ? h("div.card-title", data.main_title.title ? h("strong", data.main_title.title) : "", data.main_title.desc ? h("small", data.main_title.desc) : "") : "");

function area(data, tools) {
  return h("button.card-area", { onclick: () => data.type === 1 && tools.open(data.url) }, data.image_url ? h("img", { src: data.image_url, alt: "" }) : "",
    h("span", h("strong", data.title || ""), h("small", data.desc || "")));
}

function quote(data, tools) {
  return h("button.card-quote", { onclick: () => data.type === 1 && tools.open(data.url) }, data.title ? h("strong", data.title) : "", h("small", data.quote_text || ""));
}

function row(one, tools) {
  const value = one.type === 1 ? h("a.link", { href: "#", onclick: (event) => { event.preventDefault(); tools.open(one.url); } }, one.value)
    : one.type === 2 ? h("span.link", icon("file"), one.value || "附件")
    : one.type === 3 ? h("span.link", one.value || one.userid) : one.value;
  return [h("dt", one.keyname), h("dd", value || "")];
}

const jumps = (data, tools) => (data.jump_list || []).map((one) => h("button.card-jump", { onclick: () => one.type === 1 && tools.open(one.url) }, h("span", one.title), icon("next")));

// Choices survive a redraw: they live in tools.choices by message.
function interactive(line, data, dead, tools) {
  const chosen = tools.choices(line, data);
  const done = line.replaced || data.replace_text;
  const nodes = [];
  if (data.button_selection) nodes.push(select(line, data.button_selection, chosen, dead, tools));
  for (const one of data.select_list || []) nodes.push(select(line, one, chosen, dead || one.disable, tools));
  if (data.checkbox) nodes.push(boxes(line, data.checkbox, chosen, dead || data.checkbox.disable, tools));
  const busy = tools.busy(line);
  const send = (key) => tools.click(line, key, Object.fromEntries(Object.entries(chosen).map(([name, ids]) => [name, [...ids]])));
  if (done && (data.button_list || data.submit_button)) nodes.push(h("div.card-done", icon("check"), done));
  else if (data.button_list) {
    nodes.push(h(`div.card-buttons.count-${Math.min(data.button_list.length, 3)}`, data.button_list.map((one) =>
      h(`button.card-button.style-${one.style || 1}`, { disabled: busy, "data-key": one.key, onclick: () => (one.type === 1 ? tools.open(one.url) : send(one.key)) }, one.text))));
  } else if (data.submit_button) {
    nodes.push(h("div.card-buttons", h("button.card-button.style-1", { disabled: busy, "data-key": data.submit_button.key, onclick: () => send(data.submit_button.key) }, data.submit_button.text)));
  }
  return nodes.length ? h("div.card-act", nodes) : "";
}

function select(line, part, chosen, dead, tools) {
  const now = [...(chosen[part.question_key] || [])][0];
  const label = part.option_list.find((one) => one.id === now)?.text || "请选择";
  return h("button.card-select", { disabled: dead, onclick: async () => {
    const picked = await choose(part.title || "", part.option_list.map((one) => ({ label: one.text, value: one.id, current: one.id === now })));
    if (picked) { chosen[part.question_key] = new Set([picked]); tools.redraw(); }
  } }, h("span", part.title || "选择"), h("em", label), icon("next"));
}

function boxes(line, part, chosen, dead, tools) {
  const picked = (chosen[part.question_key] ||= new Set());
  return h("div.card-boxes", part.option_list.map((one) => h(`button.card-box${picked.has(one.id) ? ".is-on" : ""}${part.mode === 1 ? ".is-multi" : ""}`, {
    disabled: dead, onclick: () => {
      if (part.mode === 1) { picked.has(one.id) ? picked.delete(one.id) : picked.add(one.id); }
      else { picked.clear(); picked.add(one.id); }
      tools.redraw();
    } }, h("i", icon("check")), h("span", one.text))));
}

export function firstChoices(line, data) {
  const chosen = {};
  for (const [name, ids] of Object.entries(line.chosen || {})) chosen[name] = new Set(ids);
  for (const part of [data.button_selection, ...(data.select_list || [])]) {
    if (part && !chosen[part.question_key]) chosen[part.question_key] = new Set([part.selected_id || part.option_list[0].id]);
  }
  if (data.checkbox && !chosen[data.checkbox.question_key]) {
    chosen[data.checkbox.question_key] = new Set(data.checkbox.option_list.filter((one) => one.is_checked).map((one) => one.id));
  }
  return chosen;
}

export const sendClick = (line, key, selected) => post("click", { msgid: line.msgid, key, selected });
