// JSON read so that nothing can hide in it (interop/canonical.py): JSON.parse would take the second
// of two equal names, round large numbers, and not tell 1.0 from 1.
//
// Objects become Maps, so that no name means anything to the language. A number that is not written
// as a whole one becomes a Fraction: nothing here asks for it, but it has to be told apart.

import { refuse } from "./refused.js";

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORDS = new Map([["true", true], ["false", false], ["null", null]]);
const DEEPEST = 400;
const LONGEST_NUMBER = 32;

export class Fraction {
  constructor(value) {
    this.value = value;
  }
}

export function parse(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    refuse("malformed");
  }
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

export const isObject = (value) => value instanceof Map;
export const isWhole = (value) => typeof value === "number";

class Reader {
  #text;
  #at = 0;

  constructor(text) {
    this.#text = text;
  }

  value(depth) {
    if (depth > DEEPEST) refuse("malformed");
    this.#take(SPACE);
    const next = this.#text[this.#at];
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#list(depth);
    if (next === '"') return this.#string();
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  end() {
    this.#take(SPACE);
    if (this.#at < this.#text.length) refuse("malformed");
  }

  #object(depth) {
    const found = new Map();
    this.#each("}", () => {
      const name = this.#string();
      this.#expect(":");
      if (found.has(name)) refuse("malformed");
      found.set(name, this.value(depth + 1));
    });
    return found;
  }

  #list(depth) {
    const found = [];
    this.#each("]", () => found.push(this.value(depth + 1)));
    return found;
  }

  #each(close, read) {
    this.#at += 1;
    this.#take(SPACE);
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#take(SPACE);
      read();
      this.#take(SPACE);
      if (this.#text[this.#at] !== ",") break;
      this.#at += 1;
    }
    this.#expect(close);
  }

  #string() {
    const written = this.#take(STRING) ?? refuse("malformed");
    const value = JSON.parse(written[0]);
    if (/\p{Surrogate}/u.test(value)) refuse("malformed");
    return value;
  }

  #number() {
    const [text, point, power] = this.#take(NUMBER) ?? refuse("malformed");
    const value = Number(text);
    if (point !== undefined || power !== undefined) {
      return Number.isFinite(value) ? new Fraction(value) : refuse("malformed");
    }
    if (text.length > LONGEST_NUMBER || !Number.isSafeInteger(value)) refuse("malformed");
    return value;
  }

  #expect(character) {
    this.#take(SPACE);
    if (this.#text[this.#at] !== character) refuse("malformed");
    this.#at += 1;
  }

  #take(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at = pattern.lastIndex;
    return found;
  }
}
