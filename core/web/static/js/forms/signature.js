// A handwritten signature on the whole screen; the drawing library is loaded on first use.
import { script } from "./dom.js";
import { Files } from "./files.js";

const HINT = "请在框内签名（横过来更好写）";
const SHEET = `<p class="qb-sign__hint">${HINT}</p><canvas class="qb-sign__paper" aria-label="签名区"></canvas>
<div class="qb-sign__foot"><button class="qb-btn" type="button" data-act="close">取消</button><button class="qb-btn" type="button" data-act="clear">重写</button>
<button class="qb-btn qb-btn--brand" type="button" data-act="done">完成</button></div>`;

class Signature extends Files {
  async open(event) {
    event.preventDefault();
    try { await script(this.dataset.signaturePad); } catch { this.say("签名板没打开（网络中断），请重试"); return; }
    const sheet = Object.assign(document.createElement("dialog"), { className: "qb-sign", innerHTML: SHEET });
    sheet.setAttribute("aria-label", "手写签名");
    document.body.append(sheet);
    sheet.showModal();
    const paper = sheet.querySelector("canvas"), pad = new window.SignaturePad(paper, { minWidth: 1, maxWidth: 3.5 });
    const fit = () => {
      const strokes = pad.toData(), ratio = Math.min(2, devicePixelRatio || 1), box = paper.getBoundingClientRect();
      Object.assign(paper, { width: box.width * ratio, height: box.height * ratio });
      paper.getContext("2d").scale(ratio, ratio);
      pad.fromData(strokes);
    };
    pad.addEventListener("beginStroke", () => { sheet.querySelector("p").textContent = HINT; });
    fit();
    addEventListener("resize", fit);
    sheet.addEventListener("close", () => { removeEventListener("resize", fit); pad.off(); sheet.remove(); });
    sheet.addEventListener("click", ({ target }) => this.act(target.dataset.act, sheet, paper, pad));
  }

  act(name, sheet, paper, pad) {
    if (name === "clear") pad.clear();
    if (name === "close") sheet.close();
    if (name !== "done") return;
    if (pad.isEmpty()) { sheet.querySelector("p").textContent = "还没有签名，请在框内写下名字"; return; }
    paper.toBlob((blob) => { sheet.close(); this.take(blob, "签名.png"); }, "image/png");
  }
}
customElements.define("qb-signature", Signature);
