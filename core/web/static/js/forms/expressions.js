// The expression language of forms in the browser; the rules are those of core/forms/expressions.py.
// The server has checked the shape of what a page gets; designers check with measure.js.
import { Decimal, ZERO, absolute, add, compare, divide, multiply, negate, number, round } from "./decimals.js";

const CHOOSING = ["in", "has_any", "has_all"];
const READING = ["f", "me", "qr", "now", "today", "if", "and", "or"];
const known = (op) => typeof op === "string" && (READING.includes(op) || Object.hasOwn(APPLY, op));

/** Whether an argument is a plain list of options, as in ["in", x, ["论著", "综述"]]. */
export const isChoiceList = (op, place, arg) => CHOOSING.includes(op) && place > 0 && Array.isArray(arg) && !known(arg[0]);

/** Turn JSON or a fact into a value of the language. */
export function literal(raw) {
  if (typeof raw === "boolean") return raw;
  if (Array.isArray(raw)) return raw.length ? raw.map(literal) : null;
  if (typeof raw === "string") return raw || null;
  return number(raw);
}

/** A value as text: numbers plain, lists joined by 、. */
export function text(found) {
  if (found === null) return "";
  if (typeof found === "boolean") return found ? "是" : "否";
  return Array.isArray(found) ? found.map(text).join("、") : String(found);
}

export const holds = (expression, scope) => evaluate(expression, scope) === true;

const read = (from, name) => literal(from && Object.hasOwn(from, name) ? from[name] : null);
/** The value of an expression that `measure` accepts: null, boolean, Decimal, text or a list of these. */
export function evaluate(expression, scope) {
  if (!Array.isArray(expression)) return literal(expression);
  const [op, ...args] = expression, now = scope.now || "";
  const yes = (arg) => evaluate(arg, scope) === true;
  switch (op) {
    case "f": return read(scope.facts, args[0]);
    case "me": case "qr": return read(scope[op], args[0]);
    case "now": return literal(now);
    case "today": return literal(now.slice(0, 10));
    case "if": return yes(args[0]) ? evaluate(args[1], scope) : args.length === 3 ? evaluate(args[2], scope) : null;
    case "and": return args.every(yes);
    case "or": return args.some(yes);
  }
  const values = args.map((arg, place) => isChoiceList(op, place, arg) ? literal(arg) : evaluate(arg, scope));
  if (op === "age" && values.length === 1) values.push(now.slice(0, 10));
  return APPLY[op](...values);
}

const isText = (found) => typeof found === "string";
const isNumber = (found) => found instanceof Decimal;
/** Whether two values are equal; empty equals nothing, numbers never equal text. */
function same(left, right) {
  if (Array.isArray(left) && Array.isArray(right)) return left.length === right.length && left.every((item, place) => same(item, right[place]));
  if (isNumber(left) && isNumber(right)) return compare(left, right) === 0;
  return left !== null && !Array.isArray(left) && left === right;
}
/** Order of code points, as Python orders text. */
function byCode(left, right) {
  const a = [...left], b = [...right];
  const place = a.findIndex((sign, at) => sign !== b[at]);
  if (place < 0) return a.length - b.length;
  return place >= b.length ? 1 : a[place].codePointAt(0) - b[place].codePointAt(0);
}
function order(left, right) {
  if (isText(left) && isText(right)) return byCode(left, right);
  return isNumber(left) && isNumber(right) ? compare(left, right) : NaN;
}
const items = (values) => values.flat().filter((item) => item !== null);
const among = (found, options) => options.some((option) => same(found, option));
const numbers = (values) => items(values).filter(isNumber);
const fold = (step, [first, ...rest]) => rest.reduce((total, item) => total && step(total, item), first);
const strict = (work) => (...values) => values.every(isNumber) ? work(...values) : null;
const count = (amount) => number(amount);
const best = (sign) => (...values) => numbers(values).reduce((found, item) => found && compare(found, item) * sign >= 0 ? found : item, null);
const sum = (...values) => fold(add, [ZERO, ...numbers(values)]);

const SHAPE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|\/(am|pm))?$/;
/** Days since 0000-01-01 with year, month and day, or null. */
export function day(found) {
  const match = isText(found) && SHAPE.exec(found);
  if (!match) return null;
  const [year, month, date] = match.slice(1, 4).map(Number), at = new Date(0);
  at.setUTCFullYear(year, month - 1, date);
  return year && at.getUTCMonth() === month - 1 && at.getUTCDate() === date ? { year, month, date, at: at.getTime() / 864e5 } : null;
}
function addDays(start, days) {
  const found = day(start), step = isNumber(days) && days.e >= 0 ? Number(days) : NaN;
  if (!found || !(Math.abs(step) <= 4e6)) return null;
  const at = new Date((found.at + step) * 864e5), year = at.getUTCFullYear();
  return year >= 1 && year <= 9999 ? at.toISOString().slice(0, 10) + start.slice(10) : null;
}
function daysBetween(first, second) {
  const start = day(first), end = day(second);
  return start && end ? count(end.at - start.at) : null;
}
function age(born, on) {
  const start = day(born), end = day(on);
  if (!start || !end) return null;
  return count(end.year - start.year - Number(end.month * 32 + end.date < start.month * 32 + start.date));
}
const part = (work) => (found) => { const at = day(found); return at && count(work(at)); };

const APPLY = {
  eq: same,
  ne: (a, b) => !same(a, b),
  lt: (a, b) => order(a, b) < 0,
  le: (a, b) => order(a, b) <= 0,
  gt: (a, b) => order(a, b) > 0,
  ge: (a, b) => order(a, b) >= 0,
  between: (found, low, high) => order(found, low) >= 0 && order(found, high) <= 0,
  in: (found, ...options) => among(found, items(options)),
  has_any: (found, ...options) => items([found]).some((item) => among(item, items(options))),
  has_all: (found, ...wanted) => {
    const owned = items([found]), needed = items(wanted);
    return owned.length > 0 && needed.length > 0 && needed.every((item) => among(item, owned));
  },
  empty: (found) => found === null,
  filled: (found) => found !== null,
  contains: (whole, piece) => isText(whole) ? isText(piece) && whole.includes(piece) : Array.isArray(whole) && among(piece, whole),
  starts: (whole, piece) => isText(whole) && isText(piece) && whole.startsWith(piece),
  not: (found) => found !== true,
  add: strict((...values) => fold(add, values)),
  sub: strict((left, right) => add(left, negate(right))),
  mul: strict((...values) => fold(multiply, values)),
  div: strict(divide),
  round: strict((found, digits = ZERO) => round(found, digits)),
  abs: strict(absolute),
  min: best(-1),
  max: best(1),
  sum,
  avg: (...values) => {
    const found = numbers(values), total = sum(...values);
    return found.length && total ? divide(total, count(found.length)) : null;
  },
  count: (...values) => count(items(values).length),
  len: (found) => found === null ? ZERO : Array.isArray(found) || isText(found) ? count([...found].length) : null,
  concat: (...values) => values.map(text).join("") || null,
  upper: (found) => isText(found) ? found.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : null,
  trim: (found) => isText(found) ? found.replace(/^[ \t\r\n\u00a0\u3000]+|[ \t\r\n\u00a0\u3000]+$/g, "") || null : null,
  days_between: daysBetween,
  add_days: addDays,
  weekday: part((at) => ((at.at + 3) % 7 + 7) % 7 + 1),
  age,
  year: part((at) => at.year),
  month: part((at) => at.month),
};
