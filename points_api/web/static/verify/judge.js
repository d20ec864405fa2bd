// The answer that the screen gives: the verifier's, and what only this device knows besides: which
// proofs it has taken already, and whether the merchant goes by an older list while offline.

import { digestOf } from "./disclosures.js";
import { byFresh, byNewestAtHand, verify } from "./proof.js";
import { Refused } from "./refused.js";

/**
 * `{yes, reason, expires, mark, goneBy}`; `mark` names the proof without saying whose it is, and
 * `goneBy` tells that no list was fresh and the newest at hand decided. `used(mark)`: taken before.
 */
export async function judge(presentation, asked, known, used, now) {
  const text = presentation.trim();
  try {
    const { proven, goneBy } = await provenBy(text, asked, known, now);
    const mark = await digestOf(text.split("~")[0]);
    if (used(mark)) return { yes: false, reason: "used-here", goneBy };
    return { yes: true, expires: proven.expires, mark, goneBy };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { yes: false, reason: error.reason, goneBy: false };
  }
}

async function provenBy(text, asked, { keys, lists, withOldList }, now) {
  try {
    return { proven: await verify(text, asked, keys, byFresh(lists), now), goneBy: false };
  } catch (error) {
    if (!withOldList || error.reason !== "status-unknown") throw error;
    return { proven: await verify(text, asked, keys, byNewestAtHand(lists), now), goneBy: true };
  }
}
