// Brings a form to life: the elements most forms have, the rules only where there are some.
import "./files.js";
import "./voice.js";
import "./signature.js";
import "./table.js";
import "./picker.js";
import "./draft.js";

const later = () => addEventListener("online", wake, { once: true });
/** Rules that do not arrive leave the plain form, which the server checks as well. */
const wake = async () => document.querySelector("qb-rules") && import("./live.js").catch(later);

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
