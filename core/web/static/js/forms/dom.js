// Small helpers the form elements share.
export const inWecom = () => /wxwork/i.test(navigator.userAgent) && Boolean(window.WeixinJSBridge);
const headers = () => ({ "X-QB-CSRF": document.querySelector("meta[name=csrf]")?.content || "", Accept: "application/json" });
const OFFLINE = "网络中断";

/** Ask a JSON address; throws an Error with a sentence for people. */
export async function ask(address, body, options = {}) {
  const sent = body && { method: "POST", body: JSON.stringify(body), ...options };
  let answer;
  try {
    answer = await fetch(address, { ...sent, headers: { ...headers(), ...(body && { "Content-Type": "application/json" }) } });
  } catch { throw new Error(OFFLINE); }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.title || "出了点问题，请重试");
  return found;
}

/** The attachment kind of this page's plugin: `photo` in a form of flows is `flows.photo`. */
export function kindHere(kind) {
  const owner = document.querySelector("form[data-owner]")?.dataset.owner;
  return owner ? `${owner}.${kind}` : kind;
}

/** Send a file; `progress` hears percents. Resolves to {id, name, size, mime, url}. */
export function upload(blob, name, kind, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(), form = new FormData();
    form.append("file", blob, name);
    request.open("POST", `/-/attachments?kind=${encodeURIComponent(kindHere(kind))}`);
    for (const [key, value] of Object.entries(headers())) request.setRequestHeader(key, value);
    request.upload.onprogress = (event) => event.lengthComputable && progress(Math.round(event.loaded / event.total * 100));
    request.onerror = request.ontimeout = () => reject(new Error(OFFLINE));
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* not from us: the status says enough */ }
      if (request.status < 300 && answer.id) resolve(answer);
      else reject(new Error(answer.title || OFFLINE));
    };
    request.timeout = 120000;
    request.send(form);
  });
}

const scripts = new Map();
/** Load a classic script once. */
export function script(address) {
  if (!scripts.has(address)) {
    scripts.set(address, new Promise((resolve, reject) => {
      const element = Object.assign(document.createElement("script"), { src: address, onload: resolve });
      element.onerror = () => { scripts.delete(address); reject(new Error(OFFLINE)); };
      document.head.append(element);
    }));
  }
  return scripts.get(address);
}

/** A copy of the only element in a template. */
export const copy = (template) => template.content.firstElementChild.cloneNode(true);
export const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));
