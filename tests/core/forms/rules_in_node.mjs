// Applies lines of {rules document, raw} from stdin with the browser's rules, one answer a line.
import { createInterface } from "node:readline";
const { apply } = await import(new URL("../../../core/web/static/js/forms/rules.js", import.meta.url));

for await (const line of createInterface({ input: process.stdin })) {
  const { raw, ...given } = JSON.parse(line);
  const { hidden, required, filled, jump, end } = apply(given, raw);
  console.log(JSON.stringify({ hidden: [...hidden].sort(), required: [...required].sort(), filled, jump, end }));
}
