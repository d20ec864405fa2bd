// What a merchant reads for each reason, Chinese first. A test holds this to all reasons there are.

const ALTERED = ["内容被改过，或者不是一张证明", "It was altered, or it is not a proof"];
const CLOCK = ["时间对不上：本机或对方手机的时钟不准", "The times do not fit: a clock is wrong, here or on their phone"];
const NOT_FOR_THIS = [
  "不是答这一次请求的：请换新码，让对方再扫",
  "It does not answer this request: show a new code and let them scan it",
];

const WORDS = {
  "malformed": ALTERED,
  "bad-signature": ALTERED,
  "wrong-type": ALTERED,
  "wrong-home": ALTERED,
  "unreferenced-disclosure": ALTERED,
  "duplicate-digest": ALTERED,
  "forbidden-claim": ALTERED,
  "wrong-hashing": ALTERED,
  "lives-too-long": ALTERED,
  "unlisted-peer": ["是别的城市签发的，本机不认识", "Issued by a city that this device does not know"],
  "unknown-key": [
    "签发的公钥不在本机：联网更新后再试",
    "This device lacks the issuer's key: go online, update and try again",
  ],
  "expired": [
    "已经过期：请换新码，让对方用另一张证明",
    "It has expired: show a new code, for another of their proofs",
  ],
  "from-the-future": CLOCK,
  "key-binding-missing": [
    "没有对方手机当场的签名：只是一份复制件",
    "Their phone has not signed it just now: it is only a copy",
  ],
  "wrong-audience": [
    "是出示给别的商户的：请换新码，让对方扫",
    "It was shown to another merchant: show a new code and let them scan it",
  ],
  "wrong-nonce": NOT_FOR_THIS,
  "stale": [
    "做好已超过一分钟：请换新码，让对方再扫",
    "It was made more than a minute ago: show a new code and let them scan it",
  ],
  "nothing-proven": ["证明的不是这个场景", "It is not about this scenario"],
  "status-unknown": [
    "没有新的撤销名单，说不准它是否还有效",
    "There is no fresh list to tell whether it still counts",
  ],
  "revoked": ["签发后已撤销或暂停", "It was revoked or suspended after it was issued"],
  "used-here": ["这张证明已在本机用过，每张只用一次", "It was used on this device before; each is for one use"],
};

/** Reasons that say nothing of the proof: something is missing here. */
const CANNOT_TELL = new Set(["status-unknown", "unknown-key", "from-the-future"]);

/** Reasons that a new request, answered now, is likely to mend. */
const ASK_AGAIN = new Set(["expired", "stale", "wrong-audience", "wrong-nonce"]);

export const reasons = () => Object.keys(WORDS);
export const wordsOf = (reason) => WORDS[reason] ?? ALTERED;
export const cannotTell = (reason) => CANNOT_TELL.has(reason);
export const askAgain = (reason) => ASK_AGAIN.has(reason);
