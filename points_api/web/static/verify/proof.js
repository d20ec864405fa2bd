// Checking a proof without a network. The steps and their order are those of
// interop/proof/verifying.py, and a test holds both to the same answer for the same proofs.

import { digestOf, reveal } from "./disclosures.js";
import { isObject } from "./json.js";
import { isAscii, publicKey, verify as verifySigned, verifyWith } from "./jws.js";
import { cityOf } from "./keys.js";
import { refuse } from "./refused.js";
import {
  LEEWAY_SECONDS, checkBounds, checkTerm, optional, seconds, shaped, text, whole,
} from "./shape.js";
import { VALID } from "./status-list.js";

const TYPE = "dc+sd-jwt";
const BINDING_TYPE = "kb+jwt";
const CREDENTIAL = "urn:points:credential:eligible:1";
const CLAIM = "eligible";
const LONGEST = 16 * 1024;
const LONGEST_SECONDS = 8 * 24 * 3600;
const BINDING_SECONDS = 60;
const KEPT_OPEN = ["iss", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"];
const CREDENTIAL_CLAIMS = {
  iss: text,
  vct: text,
  iat: seconds,
  exp: seconds,
  nbf: optional(seconds),
  cnf: { jwk: isObject },
  status: { status_list: { uri: text, idx: (value) => whole(value) && value >= 0 } },
};
const BINDING_CLAIMS = {
  aud: text,
  nonce: text,
  iat: seconds,
  sd_hash: text,
  nbf: optional(seconds),
  exp: optional(seconds),
};

/**
 * What the proof shows: `{city, scenario, expires, place}`; or a Refused that tells what does not
 * hold. `asked` is what this screen has shown; `checkStatus(place, now)` looks into the lists.
 */
export async function verify(presentation, asked, keys, checkStatus, now) {
  const end = presentation.lastIndexOf("~");
  if (presentation.length > LONGEST || !isAscii(presentation) || end < 0) refuse("malformed");
  const shown = presentation.slice(0, end + 1);
  const binding = presentation.slice(end + 1);
  const [signed, ...disclosures] = shown.slice(0, -1).split("~");
  const { credential, claims } = await checkCredential(signed, keys, now);
  const revealed = await reveal(claims, disclosures, KEPT_OPEN);
  if (!binding) refuse("key-binding-missing");
  await checkBinding(binding, shown, credential, asked, now);
  const place = { city: credential.iss, ...credential.status.status_list };
  checkStatus(place, now);
  const eligible = revealed.get(CLAIM);
  if (!isObject(eligible) || eligible.get(asked.scenario) !== true) refuse("nothing-proven");
  return { city: credential.iss, scenario: asked.scenario, expires: credential.exp };
}

/** A check that refuses unless a fresh list, of those by their address, says that it still counts. */
export function byFresh(lists) {
  return (place, now) => {
    const known = listOf(lists, place);
    if (known.status(place.idx, now) !== VALID) refuse("revoked");
  };
}

/** A check that goes by the lists at hand, however old; what ended after them is not seen. */
export function byNewestAtHand(lists) {
  return (place) => {
    const known = listOf(lists, place);
    if (known.statusAsOfThen(place.idx) !== VALID) refuse("revoked");
  };
}

function listOf(lists, place) {
  const known = lists.get(place.uri);
  if (known === undefined || known.city !== place.city) refuse("status-unknown");
  return known;
}

async function checkCredential(signed, keys, now) {
  const { keyid, claims } = await verifySigned(signed, TYPE, keys);
  const credential = shaped(claims, CREDENTIAL_CLAIMS);
  if (credential.vct !== CREDENTIAL) refuse("wrong-type");
  if (credential.iss !== cityOf(keyid)) refuse("wrong-home");
  checkTerm(credential.iat, credential.exp, now, LONGEST_SECONDS);
  checkBounds(credential.nbf, null, now);
  return { credential, claims };
}

async function checkBinding(token, shown, credential, asked, now) {
  const holder = () => publicKey(credential.cnf.jwk);
  const { claims } = await verifyWith(token, BINDING_TYPE, holder);
  const binding = shaped(claims, BINDING_CLAIMS);
  if (binding.sd_hash !== (await digestOf(shown))) refuse("bad-signature");
  if (binding.aud !== asked.audience) refuse("wrong-audience");
  if (binding.nonce !== asked.nonce) refuse("wrong-nonce");
  if (binding.iat > now + LEEWAY_SECONDS) refuse("from-the-future");
  if (now - binding.iat >= BINDING_SECONDS + LEEWAY_SECONDS) refuse("stale");
  checkBounds(binding.nbf, binding.exp, now);
}
