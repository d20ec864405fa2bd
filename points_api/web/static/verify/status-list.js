// Token Status List: which proofs count no longer (interop/proof/status_list.py).

import { decode } from "./base64url.js";
import { verify } from "./jws.js";
import { cityOf } from "./keys.js";
import { refuse } from "./refused.js";
import { LEEWAY_SECONDS, checkTerm, shaped, text, whole } from "./shape.js";

export const VALID = 0;
const TYPE = "statuslist+jwt";
const MOST_BYTES = 16_777_216;
const LONGEST_TTL_SECONDS = 300;
const LONGEST_TERM = 24 * 3600;
const LONGEST_TOKEN = 32 * 1024 * 1024;
const CLAIMS = {
  iss: text,
  sub: text,
  iat: whole,
  exp: whole,
  ttl: (value) => whole(value) && value > 0 && value <= LONGEST_TTL_SECONDS,
  status_list: { bits: (value) => [1, 2, 4, 8].includes(value), lst: text },
};

export class StatusList {
  constructor(city, uri, bits, packed, issued, freshUntil) {
    Object.assign(this, { city, uri, bits, packed, issued, freshUntil });
  }

  /** The status at a place; refused once the list is too old. */
  status(index, now) {
    if (now >= this.freshUntil) refuse("status-unknown");
    return this.statusAsOfThen(index);
  }

  /** The status at a place when the list was signed, however long ago. */
  statusAsOfThen(index) {
    if (index >= Math.floor((this.packed.length * 8) / this.bits)) refuse("status-unknown");
    const bit = index * this.bits;
    return (this.packed[Math.floor(bit / 8)] >> bit % 8) & ((1 << this.bits) - 1);
  }
}

/** Verify a list at a time. It stands for the address that it names itself and its city has signed. */
export async function readStatusList(token, keys, now) {
  const opened = await verify(token, TYPE, keys, LONGEST_TOKEN);
  const said = shaped(opened.claims, CLAIMS);
  if (said.iss !== cityOf(opened.keyid)) refuse("wrong-home");
  checkTerm(said.iat, said.exp, now, LONGEST_TERM);
  const until = Math.min(said.exp, said.iat + said.ttl) + LEEWAY_SECONDS;
  const { bits, lst } = said.status_list;
  return new StatusList(said.iss, said.sub, bits, await inflate(decode(lst)), said.iat, until);
}

/** The packed list; refused also where it would fill the memory. */
export async function inflate(compressed) {
  const chunks = [];
  let length = 0;
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
      if (length > MOST_BYTES) throw new RangeError();
    }
  } catch {
    await reader.cancel().catch(() => {});
    refuse("malformed");
  }
  const packed = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    packed.set(chunk, at);
    at += chunk.length;
  }
  return packed;
}
