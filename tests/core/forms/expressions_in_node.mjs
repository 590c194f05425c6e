// Evaluates lines of {expr, facts, me, qr, now} from stdin with the browser's evaluator, one answer a line.
import { createInterface } from "node:readline";
const { evaluate } = await import(new URL("../../../core/web/static/js/forms/expressions.js", import.meta.url));
const { measure } = await import(new URL("../../../core/web/static/js/forms/measure.js", import.meta.url));
const { Decimal, number } = await import(new URL("../../../core/web/static/js/forms/decimals.js", import.meta.url));

const decode = (raw) => {
  if (Array.isArray(raw)) return raw.map(decode);
  return raw !== null && typeof raw === "object" ? number(raw.number) : raw;
};
const encode = (value) => {
  if (Array.isArray(value)) return value.map(encode);
  return value instanceof Decimal ? { number: String(value) } : value;
};
for await (const line of createInterface({ input: process.stdin })) {
  const { expr, facts, ...scope } = JSON.parse(line);
  const decoded = Object.fromEntries(Object.entries(facts).map(([id, raw]) => [id, decode(raw)]));
  let answer;
  try { measure(expr); answer = { want: encode(evaluate(expr, { ...scope, facts: decoded })) }; } catch (wrong) {
    if (wrong.constructor !== Error) throw wrong;
    answer = { error: true };
  }
  console.log(JSON.stringify(answer));
}
