// The browser inside the phone, and what pages may ask of the phone.
import { h, icon, get, post, toast, choose } from "./ui.js";
import * as overlays from "./overlays.js";

const MENU = { refresh: "menuItem:refresh", copy: "menuItem:copyUrl", safari: "menuItem:openWithSafari" };

export class Browser {
  constructor(phone) {
    this.phone = phone;
    this.node = null;
  }

  // Where a real address lives on this phone; null for foreign sites.
  local(url) {
    const { origin } = this.phone.me;
    let place;
    try { place = new URL(url, location.origin); } catch { return null; }
    if (place.pathname === "/connect/oauth2/authorize") return `/-sim/oauth2/authorize${place.search}`;
    if (place.origin === origin || place.origin === location.origin) return place.pathname + place.search + place.hash;
    return null;
  }

  real(href) { return href.replace(location.origin, this.phone.me.origin); }

  open(url) {
    const path = this.local(url);
    if (path === null) { toast("外部网址，模拟器不打开"); return; }
    this.close();
    this.trail = [];
    this.hidden = new Set();
    this.menuOff = false;
    this.title = h("strong.web-title", "正在打开");
    this.host = h("small.web-host");
    this.frame = h("iframe.web-frame", { src: path, title: "应用页面", allow: "clipboard-write" });
    this.node = h("div.web", h("div.web-bar", h("button.icon-button", { onclick: () => this.back(), "aria-label": "返回" }, icon("back")), h("button.icon-button", { onclick: () => this.close(), "aria-label": "关闭网页" }, icon("close")),
      h("div.web-name", this.title, this.host), h("button.icon-button", { onclick: () => this.menu(), "aria-label": "更多" }, icon("more"))), h("div.web-load"), this.frame);
    this.frame.addEventListener("load", () => this.node?.classList.add("is-ready"));
    this.timer = setInterval(() => this.look(), 400);
    this.phone.screen.append(this.node);
  }

  page() { try { return this.frame?.contentWindow?.location.href ? this.frame.contentWindow : null; } catch { return null; } }

  look() {
    const page = this.page();
    if (!page || page.location.href === "about:blank") return;
    const href = page.location.href;
    this.title.textContent = page.document.title || "轻办";
    this.host.textContent = new URL(this.phone.me.origin).host;
    if (href === this.trail.at(-1)) return;
    if (href === this.trail.at(-2)) this.trail.pop();
    else if (!href.includes("/-sim/oauth2/")) this.trail.push(href);
  }

  back() {
    const answers = this.page()?.qbBridge?.fire("historyBack") || [];
    if (answers.includes(false)) return;
    this.look();
    if (this.trail.length > 1) this.page().history.back();
    else this.close();
  }

  close() {
    if (!this.node) return;
    clearInterval(this.timer);
    this.recording?.stop();
    this.recording = null;
    this.node.remove();
    this.node = this.frame = null;
    post("codes", { codes: [] }).catch(() => {});
    this.phone.refresh();
  }

  async menu() {
    const off = (name) => this.menuOff || this.hidden.has(MENU[name]);
    const items = [
      { label: "刷新", icon: "refresh", value: "refresh", disabled: off("refresh") },
      { label: "复制链接", icon: "link", value: "copy", disabled: off("copy"), note: off("copy") ? "页面已关闭" : "" },
      { label: "截屏", icon: "shot", value: "shot" },
    ];
    const picked = await choose("", items);
    if (picked === "refresh") this.page()?.location.reload();
    if (picked === "copy") { await navigator.clipboard?.writeText(this.real(this.page().location.href)).catch(() => {}); toast("链接已复制"); }
    if (picked === "shot") this.shot();
  }

  shot() {
    this.phone.root.classList.add("is-flash");
    setTimeout(() => this.phone.root.classList.remove("is-flash"), 350);
    const heard = this.page()?.qbBridge?.fire("onUserCaptureScreen") || [];
    toast(heard.length ? "已截屏，页面收到了通知" : "已截屏");
  }

  async call(name, params, page) {
    const ok = (more = {}) => ({ state: "ok", ...more });
    const bridge = page.qbBridge;
    const localOf = (id) => String(id || "").split("/").pop();
    const doing = {
      scanQRCode: async () => {
        const text = await overlays.scan();
        if (text === null) return { state: "cancel" };
        if (Number(params.needResult)) return ok({ text });
        this.open(text);
        return ok();
      },
      chooseImage: async () => {
        const locals = await overlays.photos(Number(params.count) || 9);
        return locals ? ok({ locals }) : { state: "cancel" };
      },
      getLocalImgData: async () => {
        const blob = await (await fetch(`/-sim/local/${localOf(params.localId)}`)).blob();
        const localData = await new Promise((resolve) => { const reader = new FileReader(); reader.onload = () => resolve(reader.result); reader.readAsDataURL(blob); });
        return ok({ localData });
      },
      imagePreview: () => { overlays.showImages((params.urls || []).map((one) => this.local(one) ?? one), this.local(params.current) ?? params.current); return ok(); },
      uploadImage: async () => { if (Number(params.isShowProgressTips)) toast("正在上传"); return ok(await post("upload", { local: localOf(params.localId) })); },
      uploadVoice: async () => ok(await post("upload", { local: localOf(params.localId) })),
      downloadImage: async () => ok({ local: (await post("download", { serverId: params.serverId })).local }),
      downloadVoice: async () => ok({ local: (await post("download", { serverId: params.serverId })).local }),
      startRecord: () => {
        this.recording?.stop();
        this.recording = overlays.recorder(async (seconds) => {
          this.recording = null;
          const { local } = await post("voice", { seconds });
          bridge.fire("onVoiceRecordEnd", { localId: bridge.localId(local), err_msg: "onVoiceRecordEnd:ok", errMsg: "onVoiceRecordEnd:ok" });
        });
        return ok();
      },
      stopRecord: async () => {
        if (!this.recording) return { state: "fail_not recording" };
        const seconds = this.recording.stop();
        this.recording = null;
        return ok({ local: (await post("voice", { seconds })).local });
      },
      playVoice: () => { toast("正在播放语音"); clearTimeout(this.playing); this.playing = setTimeout(() => bridge.fire("onVoicePlayEnd", { localId: params.localId }), 1500); return ok(); },
      pauseVoice: () => { clearTimeout(this.playing); return ok(); },
      stopVoice: () => { clearTimeout(this.playing); return ok(); },
      translateVoice: () => ok({ translateResult: "（模拟的语音转文字）" }),
      selectEnterpriseContact: async () => {
        const result = await overlays.contacts(params, this.phone.me);
        return result ? ok({ result }) : { state: "cancel" };
      },
      previewFile: async () => ((await overlays.showFile({ ...params, url: this.local(params.url) ?? params.url })) ? ok() : { state: "fail_download" }),
      closeWindow: () => { setTimeout(() => this.close(), 50); return ok(); },
      hideOptionMenu: () => { this.menuOff = true; return ok(); },
      showOptionMenu: () => { this.menuOff = false; return ok(); },
      hideAllNonBaseMenuItem: () => { Object.values(MENU).forEach((one) => this.hidden.add(one)); return ok(); },
      showAllNonBaseMenuItem: () => { this.hidden.clear(); return ok(); },
      hideMenuItems: () => { (params.menuList || []).forEach((one) => this.hidden.add(one)); return ok(); },
      showMenuItems: () => { (params.menuList || []).forEach((one) => this.hidden.delete(one)); return ok(); },
      getNetworkType: () => ok({ networkType: "wifi" }),
      geoLocation: () => ok({ latitude: 30.2741, longitude: 120.1551, speed: 0, accuracy: 20 }),
      checkJsApi: () => ok({ checkResult: Object.fromEntries((params.jsApiList || []).map((one) => [one, one in doing])) }),
      getContext: () => ok({ entry: "normal" }),
      setKeepScreenOn: () => ok(),
      openDefaultBrowser: () => { window.open(this.phone.me.origin, "_blank", "noopener"); return ok(); },
      openUserProfile: () => { toast("名片"); return ok(); },
    };
    return doing[name] ? doing[name]() : { state: "permission denied" };
  }
}

export { get };
