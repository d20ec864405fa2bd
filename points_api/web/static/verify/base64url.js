// Base64url without padding, in its one spelling (interop/base64url.py).

import { refuse } from "./refused.js";

export function encode(bytes) {
  let plain = "";
  for (const byte of bytes) plain += String.fromCharCode(byte);
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function decode(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) refuse("malformed");
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(plain, (one) => one.charCodeAt(0));
  // The last character carries bits that no byte needs: any other spelling is refused.
  if (encode(bytes) !== text) refuse("malformed");
  return bytes;
}
