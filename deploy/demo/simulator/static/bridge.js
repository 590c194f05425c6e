// The bridge between a page and its phone, as the client puts it into every page.
const FREE = new Set(["closeWindow", "checkJsApi", "getVerifyParams"]);
const GROUPS = { imagePreview: "previewImage", geoLocation: "getLocation" };
const listeners = {};
const allowed = new Set();
let shell = null;
try { shell = window.parent !== window && window.parent.qbPhone ? window.parent.qbPhone : null; } catch { shell = null; }

const post = async (name, body) => {
  const answer = await fetch(`/-sim/${name}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "omit",
  });
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.text || "fail");
  return data;
};

async function verify(name, params) {
  const agent = name === "agentConfig";
  const wanted = agent
    ? { kind: "agent", corpid: params.corpid, agentid: params.agentid, timestamp: params.timestamp, nonceStr: params.nonceStr, signature: params.signature }
    : { kind: "corp", corpid: params.verifyAppId || params.appId, timestamp: params.verifyTimestamp, nonceStr: params.verifyNonceStr, signature: params.verifySignature };
  const { code } = await post("verify", { ...wanted, url: location.href.split("#")[0] });
  if (code) {
    const words = { 40013: "invalid corpid", 40056: "invalid agentid", 42001: "ticket expired" };
    return { err_msg: `${name}:fail_${words[code] || "invalid signature"}`, err_code: code };
  }
  for (const one of (agent ? params.jsApiList : params.verifyJsApiList) || []) allowed.add(one);
  return { err_msg: `${name}:ok` };
}

function permitted(name) {
  return FREE.has(name) || allowed.has(name) || allowed.has(GROUPS[name]);
}

const bare = (params) => Object.fromEntries(Object.entries(params || {}).filter(([key]) => !key.startsWith("verify") && key !== "appId"));

async function perform(name, params) {
  if (/^(preVerifyJSAPI|agentConfig)$/.test(name)) return verify(name, params);
  if (!permitted(name)) return { err_msg: `${name}:permission denied` };
  const plain = bare(params);
  const { answer } = await post("call", { name, params: plain });
  if (answer) return shaped(name, { state: "ok", ...answer });
  const result = shell ? await shell.call(name, plain, window) : await alone(name, plain);
  return shaped(name, result);
}

// Without a phone around the page (a journey opened it directly) simple answers must do.
async function alone(name, params) {
  const ok = (more = {}) => ({ state: "ok", ...more });
  if (name === "scanQRCode") {
    const { codes } = await (await fetch("/-sim/codes")).json();
    return codes.length ? ok({ text: codes[0].text }) : { state: "cancel" };
  }
  if (name === "chooseImage") return ok({ locals: [(await post("sample", { number: 0 })).local] });
  if (name === "uploadImage" || name === "uploadVoice") return ok(await post("upload", { local: localOf(params.localId) }));
  if (name === "downloadImage" || name === "downloadVoice") return ok({ local: (await post("download", params)).local });
  if (name === "getLocalImgData") return ok({ localData: await dataOf(localOf(params.localId)) });
  if (name === "stopRecord") return ok({ local: (await post("voice", { seconds: 3 })).local });
  if (name === "getNetworkType") return ok({ networkType: "wifi" });
  if (name === "geoLocation") return ok({ latitude: 30.2741, longitude: 120.1551, speed: 0, accuracy: 20 });
  if (name === "checkJsApi") return ok({ checkResult: Object.fromEntries((params.jsApiList || []).map((one) => [one, true])) });
  const quiet = /^(startRecord|playVoice|pauseVoice|stopVoice|imagePreview|previewFile|closeWindow|hide|show|setKeepScreenOn|openDefaultBrowser)/;
  return quiet.test(name) ? ok() : { state: "permission denied" };
}

const localOf = (id) => String(id || "").split("/").pop();
const localId = (id) => (SIM.client === "ios" ? `wxLocalResource://${id}` : `${location.origin}/-sim/local/${id}`);

async function dataOf(id) {
  const blob = await (await fetch(`/-sim/local/${id}`)).blob();
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
}

// Give results the shape that each client really sends.
function shaped(name, result) {
  const { state = "ok", ...more } = result;
  const answer = { err_msg: `${name}:${state}`, ...more };
  if (more.local !== undefined) answer.localId = localId(more.local);
  if (more.locals !== undefined) {
    const ids = more.locals.map(localId);
    answer.localIds = SIM.client === "android" ? JSON.stringify(ids) : ids;
  }
  if (name === "scanQRCode" && more.text !== undefined) {
    answer.resultStr = SIM.client === "ios" ? JSON.stringify({ scan_code: { scan_result: more.text } }) : more.text;
  }
  if (name === "selectEnterpriseContact" && more.result) answer.result = JSON.stringify(more.result);
  for (const key of ["local", "locals", "text"]) delete answer[key];
  return answer;
}

window.WeixinJSBridge = {
  invoke(name, params, callback) {
    perform(name, params || {}).catch((error) => ({ err_msg: `${name}:fail_${error.message}` })).then((result) => callback && callback(result));
  },
  on(name, callback) { (listeners[name] ||= []).push(callback); },
  call(name, ...rest) { return (listeners[name] || []).map((one) => one(...rest)); },
};
// The phone rings these: back button, screenshot, end of a recording.
window.qbBridge = { fire: (name, data) => (listeners[name] || []).map((one) => one(data)), localId };
document.dispatchEvent(new Event("WeixinJSBridgeReady"));

// Tell the phones which codes can be seen on this page.
let before = "[]";
let rounds = 0;
const report = () => {
  const codes = [...document.querySelectorAll("[data-qr]")].filter((one) => one.getClientRects().length).map((one) => one.dataset.qr);
  const now = JSON.stringify(codes);
  rounds += 1;
  if (now !== before || (codes.length && rounds % 4 === 0)) {
    before = now;
    post("codes", { codes }).catch(() => {});
  }
};
addEventListener("load", () => { report(); setInterval(report, 1500); });
