// Pictures and files: chosen, made smaller, sent at once, one tile each.
import { changed, copy, inWecom, upload } from "./dom.js";

const LONGEST = 1600;

/** A picture at most 1600 px long, upright, without place and camera data. */
async function smaller(file) {
  let picture;
  try { picture = await createImageBitmap(file, { imageOrientation: "from-image" }); } catch { throw new Error("这张图打不开，请换一张"); }
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close?.();
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob || file), "image/jpeg", 0.8));
}

export class Files extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.list = this.querySelector("ul");
    this.adder = this.querySelector("[data-add]");
    this.input = this.querySelector("input[type=file]");
    this.most = Number(this.dataset.most);
    this.addEventListener("click", (event) => this.press(event));
    if (!this.input) return;
    this.input.removeAttribute("name");
    this.input.addEventListener("change", (event) => {
      event.stopPropagation();
      for (const file of [...this.input.files].slice(0, this.room)) this.take(file, file.name);
      this.input.value = "";
    });
  }

  get tiles() { return [...this.list.children].filter((tile) => tile !== this.adder); }
  get room() { return this.most - this.tiles.length; }
  /** What a draft keeps. */
  get state() { return this.tiles.filter((tile) => tile.dataset.id).map(({ dataset: { id, name = "", url = "" } }) => ({ id, name, url })); }
  set state(stored) {
    for (const info of stored) if (this.room > 0 && !this.tiles.some((tile) => tile.dataset.id === info.id)) this.arrived(this.tile(), info);
  }

  press(event) {
    const target = event.target.closest("button, [data-add]"), tile = target?.closest("li");
    if (!target) return;
    if (target === this.adder) this.open?.(event);
    else if ("remove" in target.dataset) this.remove_(tile);
    else if ("retry" in target.dataset) this.send(tile);
  }

  remove_(tile) {
    tile.remove();
    this.adder.hidden = this.room < 1;
    this.say("");
    this.input.focus();
    changed(this);
  }

  tile() {
    const tile = copy(this.querySelector("template"));
    this.list.insertBefore(tile, this.adder);
    this.adder.hidden = this.room < 1;
    return tile;
  }

  say(text) { this.querySelector("[data-said]").textContent = text; }

  /** Send a file as a new tile; `ready` makes it smaller first. */
  take(file, name, label) {
    const shown = this.dataset.kind === "photo" ? smaller : (same) => same;
    return this.add(async (tile, progress) => {
      const blob = await shown(file);
      this.preview(tile, blob);
      return upload(blob, name, this.dataset.kind, progress);
    }, label || name);
  }

  add(job, label) {
    const tile = this.tile();
    tile.job = job;
    tile.dataset.name = label;
    this.label(tile, label);
    return this.send(tile);
  }

  async send(tile) {
    const state = tile.querySelector("[data-state]"), retry = tile.querySelector("[data-retry]");
    retry.hidden = true;
    state.hidden = false;
    state.textContent = "上传中";
    this.say("");
    try {
      const info = await tile.job(tile, (percent) => { state.textContent = percent < 100 ? `${percent}%` : "处理中"; });
      this.arrived(tile, { ...info, name: this.keepsLabel ? tile.dataset.name : info.name || tile.dataset.name });
      changed(this);
    } catch (wrong) {
      state.hidden = true;
      retry.hidden = false;
      this.say(`“${tile.dataset.name}”没传上去（${wrong.message}）`);
    }
  }

  arrived(tile, { id, name, url }) {
    Object.assign(tile.dataset, { id, name, url: url || "" });
    const hidden = tile.querySelector("input[type=hidden]");
    hidden.value = id;
    hidden.disabled = false;
    tile.querySelector("[data-state]").hidden = true;
    this.label(tile, name);
    const picture = tile.querySelector("img"), link = tile.querySelector("[data-link]"), play = tile.querySelector("[data-play]");
    if (picture && !picture.src) picture.src = url;
    if (link) link.href = url;
    if (play) play.dataset.url ||= url;
  }

  label(tile, name) {
    const word = tile.querySelector("[data-label]");
    if (word) word.textContent = name;
    const picture = tile.querySelector("img");
    if (picture) picture.alt = name;
    tile.querySelector("[data-remove]").setAttribute("aria-label", `删除 ${name}`);
  }

  preview(tile, blob) {
    const picture = tile.querySelector("img");
    if (picture && !picture.src) picture.src = URL.createObjectURL(blob);
  }
}

class Photo extends Files {
  async open(event) {
    if (!inWecom()) return;
    event.preventDefault();
    try {
      const { pictures } = await import("./wecom.js");
      const jobs = await pictures(this.dataset.jssdk, this.room);
      jobs.slice(0, this.room).forEach((job) => this.add(job, "照片"));
    } catch (wrong) { if (!/cancel/.test(wrong.errMsg || "")) this.say("没打开相机，请重试"); }
  }
}
customElements.define("qb-file", class extends Files {});
customElements.define("qb-photo", Photo);
