// Which fields a form shows, needs and fills in; one pass, as core/forms/rules.py.
import { add, negate, number } from "./decimals.js";
import { day, evaluate, holds, text } from "./expressions.js";

const WIDE = "０１２３４５６７８９．，－";
const NUMBER = /^[+-]?([0-9]{1,18}(\.[0-9]{0,10})?|\.[0-9]{1,10})$/;
const half = number("0.5");

function amount(raw, places) {
  const plain = String(raw ?? "").trim().replace(/[０-９．，－]/g, (sign) => "0123456789.,-"[WIDE.indexOf(sign)]).replace(/[¥￥,]/g, "").trim();
  const found = NUMBER.test(plain) ? number(plain) : null;
  return found && found.e < -places ? null : found;
}

function days(start, end) {
  const [first, last] = [day(start), day(end)];
  if (!first || !last) return null;
  const whole = number(last.at - first.at + 1);
  return [/\/pm$/.test(start), /\/am$/.test(end)].reduce((found, short) => short ? add(found, negate(half)) : found, whole);
}

/** What expressions see of a field, by name; `raw` is what was entered. */
export function factsOf(field, raw) {
  const { id, type } = field;
  if (type === "number" || type === "rating") return { [id]: amount(raw, 10) };
  if (type === "money") return { [id]: amount(raw, 2) };
  if (type === "consent") return { [id]: raw === "1" || null };
  if (type === "daterange") {
    const [from, to] = Array.isArray(raw) && raw[0] && raw[1] ? raw : [null, null];
    return { [id]: from && [from, to], [`${id}.from`]: from, [`${id}.to`]: to, [`${id}.days`]: days(from, to) };
  }
  if (type === "table") {
    const rows = raw || [], found = { [id]: rows.map((_, place) => place + 1) };
    for (const column of field.columns) found[`${id}.${column.id}`] = rows.map((row) => factsOf(column, row[column.id])[column.id]);
    return found;
  }
  if (Array.isArray(raw)) return { [id]: raw };
  const written = typeof raw === "string" ? raw.trim() : "";
  return { [id]: (type === "textarea" ? written : written.replace(/\s+/g, " ")) || null };
}

/** Decide what a form with these entries shows and needs: {hidden, required, filled, jump, end}. */
export function apply({ fields, rules, me, qr, now }, raw) {
  const known = new Map(fields.map((field) => [field.id, field]));
  const names = (id) => Object.keys(factsOf(known.get(id), null));
  const entered = Object.assign({}, ...fields.map((field) => factsOf(field, raw[field.id])));
  const facts = { ...entered }, scope = { facts, me, qr, now };
  const hidden = new Set(), never = new Set(), required = new Set(), filled = {};
  let jump = "", end = "";
  const hide = (id) => { if (known.has(id)) { hidden.add(id); for (const name of names(id)) facts[name] = null; } };
  const show = (id) => {
    if (!hidden.has(id) || never.has(id)) return;
    hidden.delete(id);
    for (const name of names(id)) facts[name] = entered[name];
  };
  const fill = (id, result) => {
    const field = known.get(id);
    if (!field || hidden.has(id)) return;
    filled[id] = Array.isArray(result) ? result.map(text) : text(result);
    if (field.type === "computed") facts[id] = result;
    else Object.assign(facts, factsOf(field, field.type === "consent" ? (result === true ? "1" : "") : filled[id]));
  };
  const compute = (field) => field.type === "computed" && fill(field.id, evaluate(field.expression ?? null, scope));

  for (const rule of rules) (rule.show || []).forEach(hide);
  for (const field of fields) {
    if (field.visible_if !== undefined && !holds(field.visible_if, scope)) { hide(field.id); never.add(field.id); } else compute(field);
  }
  for (const rule of rules) {
    if (!holds(rule.when, scope)) continue;
    (rule.show || []).forEach(show);
    (rule.hide || []).forEach(hide);
    (rule.require || []).forEach((id) => required.add(id));
    for (const [id, expression] of Object.entries(rule.set || {})) fill(id, evaluate(expression, scope));
    jump = rule.jump || jump;
    end = rule.end || end;
  }
  fields.forEach(compute);
  for (const { id, required: always, required_if } of fields) if (always || (required_if !== undefined && holds(required_if, scope))) required.add(id);
  for (const id of [...required]) if (hidden.has(id) || !known.has(id)) required.delete(id);
  for (const id of hidden) delete filled[id];
  return { hidden, required, filled, jump, end };
}
