// Brings a form to life; each piece is fetched only where the page has its element.
const PIECES = {
  "qb-photo, qb-file": "./files.js",
  "qb-voice": "./voice.js",
  "qb-signature": "./signature.js",
  "qb-table": "./table.js",
  "qb-pick": "./picker.js",
};
const LAST = { "qb-draft": "./draft.js", "qb-rules": "./live.js" };

const fetchAll = (pieces) => Promise.all(Object.entries(pieces).filter(([tag]) => document.querySelector(tag)).map(([, address]) => import(address)));
const later = () => addEventListener("online", wake, { once: true });
/** Pieces that do not arrive leave the plain form, which posts as well. */
const wake = () => fetchAll(PIECES).then(() => fetchAll(LAST)).catch(later);

/** After a check on the server, go to the first thing to change. */
function toFirstError() {
  const box = document.querySelector("form .has-error");
  const target = box?.querySelector("[aria-invalid=true], input:not([type=hidden]), textarea, select, button") || box;
  target?.focus({ preventScroll: true });
  box?.scrollIntoView({ block: "center" });
}

wake();
toFirstError();
document.addEventListener("htmx:after:swap", () => wake().then(toFirstError));
