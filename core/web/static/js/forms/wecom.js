// Phone functions of WeCom: pictures and recordings through its own client, loaded on first use.
import { ask, kindHere, script } from "./dom.js";

let ready;
function client(address) {
  ready ??= script(address).then(async () => {
    const ww = window.ww, path = location.pathname + location.search;
    const sign = () => ask(`/-/jssdk?path=${encodeURIComponent(path)}`);
    const first = await sign();
    let given = first;
    ww.register({
      corpId: first.corpId,
      agentId: first.agentId,
      jsApiList: ["chooseImage", "getLocalImgData", "uploadImage", "startRecord", "stopRecord", "onVoiceRecordEnd", "uploadVoice"],
      getConfigSignature: async () => { const now = given || await sign(); given = null; return now; },
    });
    return ww;
  }).catch((wrong) => { ready = null; throw wrong; });
  return ready;
}

const arrive = (kind) => ({ serverId }) => ask("/-/attachments/wecom", { media_id: serverId, kind: kindHere(kind) });

/** Let the person take or choose pictures; gives functions that upload one each. */
export async function pictures(address, count) {
  const ww = await client(address);
  const { localIds } = await ww.chooseImage({ count, sizeType: ["compressed"], sourceType: ["camera", "album"] });
  const ids = typeof localIds === "string" ? JSON.parse(localIds) : localIds;
  return ids.map((localId) => () => ww.uploadImage({ localId, isShowProgressTips: false }).then(arrive("photo")));
}

/** Start recording; gives a function that stops and gives a function that uploads. */
export async function record(address, ended) {
  const ww = await client(address);
  await ww.startRecord();
  let last;
  ww.onVoiceRecordEnd((found) => { last = found.localId; ended(); });
  return async () => {
    const localId = last || (await ww.stopRecord()).localId;
    return () => ww.uploadVoice({ localId, isShowProgressTips: false }).then(arrive("voice"));
  };
}
