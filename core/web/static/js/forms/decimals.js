// Exact decimals on BigInt: 28 significant digits, half to even, as core/forms/decimals.py.
const DIGITS = 28, REACH = 500;
const WRITTEN = /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$/;
const ten = (count) => 10n ** BigInt(count);
const size = (value) => value < 0n ? -value : value;

/** A number: coefficient times ten to the exponent, without trailing zeros. */
export class Decimal {
  constructor(coefficient, exponent) { this.c = coefficient; this.e = exponent; }
  toString() {
    const sign = this.c < 0n ? "-" : "", digits = String(size(this.c));
    if (this.e >= 0) return sign + digits + "0".repeat(this.e);
    const padded = digits.padStart(1 - this.e, "0");
    return `${sign}${padded.slice(0, this.e)}.${padded.slice(this.e)}`;
  }
}
export const ZERO = new Decimal(0n, 0);

function settle(coefficient, exponent) {
  let whole = size(coefficient);
  const spare = String(whole).length - DIGITS;
  if (spare > 0) {
    const unit = ten(spare), rest = (whole % unit) * 2n;
    whole /= unit;
    if (rest > unit || (rest === unit && whole % 2n)) whole += 1n;
    exponent += spare;
  }
  if (!whole) return ZERO;
  const digits = String(whole), bare = digits.replace(/0+$/, "");
  if (Math.abs(digits.length + exponent - 1) > REACH) return null;
  whole = BigInt(bare);
  return new Decimal(coefficient < 0n ? -whole : whole, exponent + digits.length - bare.length);
}

/** Read a number from JSON or text; anything else is empty. */
export function number(raw) {
  if (raw instanceof Decimal) return raw;
  const text = typeof raw === "number" || typeof raw === "string" ? String(raw) : "";
  if (text.length > 400 || !WRITTEN.test(text)) return null;
  const [mantissa, power] = text.toLowerCase().split("e");
  const [whole, part = ""] = mantissa.split(".");
  return settle(BigInt(whole.replace(/^[+-]/, "") + part) * (mantissa[0] === "-" ? -1n : 1n), Number(power || 0) - part.length);
}

function level(left, right) {
  const exponent = Math.min(left.e, right.e);
  return [left.c * ten(left.e - exponent), right.c * ten(right.e - exponent), exponent];
}
export function add(left, right) {
  const [a, b, exponent] = level(left, right);
  return settle(a + b, exponent);
}
export const negate = (value) => new Decimal(-value.c, value.e);
export const absolute = (value) => new Decimal(size(value.c), value.e);
export const multiply = (left, right) => settle(left.c * right.c, left.e + right.e);
export function compare(left, right) {
  const [a, b] = level(left, right);
  return a < b ? -1 : Number(a > b);
}
export function divide(left, right) {
  if (!right.c) return null;
  const shift = Math.max(0, DIGITS + 2 + String(size(right.c)).length - String(size(left.c)).length);
  const top = size(left.c) * ten(shift), bottom = size(right.c);
  // A last digit stands for everything that follows, so that halves are told from more than halves.
  const found = (top / bottom) * 10n + (top % bottom ? 1n : 0n);
  return settle((left.c < 0n) === (right.c < 0n) ? found : -found, left.e - right.e - shift - 1);
}
/** Round to 0-10 places, half away from zero. */
export function round(value, digits) {
  const places = Number(digits);
  if (digits.e < 0 || places < 0 || places > 10) return null;
  const drop = -places - value.e;
  if (drop <= 0) return value;
  const found = (size(value.c) + ten(drop) / 2n) / ten(drop);
  return settle(value.c < 0n ? -found : found, -places);
}
