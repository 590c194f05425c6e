// The shape and size of an expression, checked before it is published: as `measure` of core/forms/expressions.py.
import { number } from "./decimals.js";
import { isChoiceList } from "./expressions.js";

const MAX_NODES = 500, MAX_DEPTH = 8;
const OPERATORS = new Map();
for (const [names, fewest, most] of [
  ["f me qr empty filled not abs len upper trim weekday year month", 1, 1], ["now today", 0, 0],
  ["eq ne lt le gt ge contains starts sub div days_between add_days", 2, 2], ["between", 3, 3],
  ["in has_any has_all", 2, MAX_NODES], ["and or add mul min max sum avg count concat", 1, MAX_NODES],
  ["if", 2, 3], ["round age", 1, 2],
]) for (const name of names.split(" ")) OPERATORS.set(name, [fewest, most]);
const NAMING = new Set(["f", "me", "qr"]);

function checkLiteral(value) {
  if (typeof value === "number" && (!number(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))) {
    throw new Error("数字太大了");
  }
  if (value !== null && !["boolean", "number", "string"].includes(typeof value)) throw new Error("常量只能是文字、数字、是或否");
}

/** Check the shape of an expression and count it: [nodes, depth]. */
export function measure(expression, depth = 1) {
  if (!Array.isArray(expression)) { checkLiteral(expression); return [1, 0]; }
  if (depth > MAX_DEPTH) throw new Error(`条件套得太深：最多 ${MAX_DEPTH} 层`);
  const [op, ...args] = expression;
  const bounds = OPERATORS.get(op);
  if (!bounds) throw new Error(`没有这个运算：${op}`);
  if (args.length < bounds[0] || args.length > bounds[1]) throw new Error(`${op} 的参数个数不对`);
  if (NAMING.has(op)) {
    if (typeof args[0] !== "string") throw new Error(`${op} 后面要写名称`);
    return [1, 1];
  }
  let nodes = 1, deepest = 0;
  args.forEach((arg, place) => {
    if (isChoiceList(op, place, arg)) { arg.forEach(checkLiteral); nodes += arg.length; return; }
    const found = measure(arg, depth + 1);
    nodes += found[0];
    deepest = Math.max(deepest, found[1]);
  });
  if (nodes > MAX_NODES) throw new Error(`条件太长：最多 ${MAX_NODES} 个部分`);
  return [nodes, deepest + 1];
}
