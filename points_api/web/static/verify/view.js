// Texts in both languages as nodes, times as people say them, and the request as a picture.

import { modules } from "./qr.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4;
const ZONE = { timeZone: "Asia/Shanghai" };
const CLOCK = { ...ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export const by = (id) => document.getElementById(id);

/** Chinese, and the English below it. Anything in a text is text. */
export function both([zh, en]) {
  const english = document.createElement("span");
  english.lang = "en";
  english.textContent = en;
  return [`${zh} `, english];
}

export function make(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export const say = (element, words) => element.replaceChildren(...(words ? both(words) : []));

/** An instant by the legal clock: `["11月28日 09:00", "28 Nov 09:00"]`. */
export function instant(seconds) {
  const at = new Date(seconds * 1000);
  const zh = new Intl.DateTimeFormat("zh-CN", { ...CLOCK, month: "long", day: "numeric" }).format(at);
  const en = new Intl.DateTimeFormat("en-GB", { ...CLOCK, month: "short", day: "numeric" }).format(at);
  return [zh, en];
}

/** The time of day by the legal clock: `09:00`. */
export const timeOfDay = (seconds) => new Intl.DateTimeFormat("en-GB", CLOCK).format(new Date(seconds * 1000));

/** An instant and how long ago it was. */
export function aged(seconds, now) {
  const [zh, en] = instant(seconds);
  const minutes = Math.max(0, Math.floor((now - seconds) / 60));
  const [count, unit, word] =
    minutes < 60 ? [minutes, "分钟", "min"]
    : minutes < 48 * 60 ? [Math.floor(minutes / 60), "小时", "h"]
    : [Math.floor(minutes / 1440), "天", "days"];
  if (minutes === 0) return [`${zh}（刚刚）`, `${en} (just now)`];
  return [`${zh}（${count} ${unit}前）`, `${en} (${count} ${word} ago)`];
}

/** A text as a QR code, black on white in every color scheme, with four quiet modules. */
export function picture(text) {
  const rows = modules(text);
  const side = rows.length + 2 * QUIET;
  const dark = rows.flatMap((row, y) => row.map((on, x) => (on ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", dark.join(""));
  svg.append(path);
  return svg;
}
