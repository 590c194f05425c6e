// A recording of up to a minute: press to start, press to stop.
import { inWecom } from "./dom.js";
import { Files } from "./files.js";

const LONGEST = 60;
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** Record in a browser; the same shape as `record` of wecom.js. */
async function recordHere() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream), parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.start();
  return () => new Promise((resolve) => {
    recorder.onstop = () => {
      stream.getTracks().forEach((track) => track.stop());
      resolve(new Blob(parts, { type: recorder.mimeType }));
    };
    recorder.stop();
  });
}

class Voice extends Files {
  keepsLabel = true;

  async open(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    try { await (this.stop ? this.finish() : this.begin()); } catch {
      this.idle();
      this.say("没听到声音，请检查录音权限：手机设置 → 企业微信 → 麦克风");
    }
    this.busy = false;
  }

  async begin() {
    this.say("");
    const wecom = inWecom() && await import("./wecom.js");
    this.stop = wecom ? await wecom.record(this.dataset.jssdk, () => this.stop && this.finish()) : await recordHere();
    this.seconds = 0;
    this.adder.classList.add("is-recording");
    this.word ??= this.adder.querySelector("[data-word]").textContent;
    this.show();
    this.timer = setInterval(() => {
      this.seconds += 1;
      this.show();
      if (this.seconds >= LONGEST) this.finish();
    }, 1000);
  }

  show() { this.adder.querySelector("[data-word]").textContent = `录音中 ${clock(this.seconds)} · 按一下结束`; }

  idle() {
    clearInterval(this.timer);
    this.stop = null;
    this.adder.classList.remove("is-recording");
    if (this.word) this.adder.querySelector("[data-word]").textContent = this.word;
  }

  async finish() {
    const { stop, seconds } = this;
    this.idle();
    const found = await stop(), label = clock(Math.max(1, seconds));
    if (typeof found === "function") { this.add(found, label); return; }
    const kind = /mp4|aac/.test(found.type) ? "m4a" : /ogg/.test(found.type) ? "ogg" : "webm";
    this.take(found, `录音.${kind}`, label);
  }

  preview(tile, blob) { tile.querySelector("[data-play]").dataset.url ||= URL.createObjectURL(blob); }

  press(event) {
    const play = event.target.closest("[data-play]");
    if (!play) { super.press(event); return; }
    this.sound?.pause();
    this.sound = new Audio(play.dataset.url);
    this.sound.play().catch(() => this.say("这段录音还放不出来，请稍后再听"));
  }
}
customElements.define("qb-voice", Voice);
