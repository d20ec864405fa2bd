"""Why something signed does not hold, in Chinese; the English is that of `interop.refusals`."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from interop.refusals import Refused

WORDS: Final = {
    "malformed": "格式不对",
    "bad-signature": "签名不成立",
    "wrong-type": "这是另一种文件",
    "unlisted-peer": "名录里没有这个城市",
    "unknown-key": "该城市当时没有这把钥匙",
    "stale": "做出的时间太久了",
    "from-the-future": "做出的时间还没到，有一方的时钟不对",
    "expired": "已过期",
    "lives-too-long": "有效期超过约定的上限",
    "missing-component": "签名没有覆盖必须覆盖的部分",
    "missing-parameter": "签名缺少必要的参数",
    "wrong-destination": "不是发给这里的",
    "wrong-tag": "签名是为别的用途做的",
    "digest-mismatch": "内容与签名时不同",
    "replayed-nonce": "同一条消息来过一次了",
    "rolled-back": "比已信任的名录旧",
    "gap": "中间缺了一版名录",
    "equivocated": "同一版本号有两份不同的名录",
    "directory-expired": "名录已过最后期限，不能再信任",
    "unknown-signer": "签名者不是名录的签署人，或摘要不符",
    "threshold-not-met": "签署人数不够",
    "duplicate-key": "同一把钥匙或同一个名字出现两次",
    "duplicate-member": "同一成员出现两次",
    "key-gap": "有成员在某段时间没有钥匙",
    "wrong-home": "不是被问的城市给出的",
    "wrong-host": "是给另一个城市的",
    "wrong-nonce": "答的是另一次请求，不是这一次",
    "wrong-scope": "是另一个场景或另一种用途",
    "wrong-table": "依据的是另一版对照表",
    "dates-out-of-order": "日期没有依次为制表、签署、生效、失效",
    "terms-overlap": "与已有的对照表重叠过多",
    "version-taken": "这个版本号已是另一份对照表",
    "scale-mismatch": "分值范围或等级与城市资料不符",
    "not-ours": "本市不是这份表的一方",
    "unknown-band": "该城市没有公布这个等级",
    "score-unasked": "带了没有人要的分值",
    "purpose-not-listed": "名录没有列出这种用途",
    "area-not-listed": "名录没有列出这个地区",
    "wrong-order": "答复不接在请求之后",
    "not-in-log": "日志里没有这一条",
    "wrong-log": "日志或检查点说的是别的事",
    "unreferenced-disclosure": "披露了签发者没有签过的内容",
    "duplicate-digest": "同一摘要出现两次",
    "forbidden-claim": "有一项不允许这样披露",
    "wrong-hashing": "摘要不是用 SHA-256 算的",
    "key-binding-missing": "没有持有人当场的签名",
    "wrong-audience": "是出示给另一个商户的",
    "nothing-proven": "没有证明所问的场景",
    "status-unknown": "没有新的状态列表能说明它是否仍有效",
    "revoked": "签发城市已撤销它",
}


def in_chinese(refused: "Refused") -> str:
    """The reason in Chinese."""
    return WORDS[refused.reason]
