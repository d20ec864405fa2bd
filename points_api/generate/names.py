"""Made-up names from the commonest Chinese surnames and given-name characters.

A few are the ones that break programs: two-character surnames, names with a middle dot, and
characters that only the four-byte part of GB18030 can write.
"""

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

# In the order of how many people bear them; the first are drawn more often.
SURNAMES = (
    *"王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁",
    *"任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴",
    *"严莫孔向常汤柯明占柏",
    *("欧阳", "上官", "司马", "诸葛"),
)
MEN_FIRST = "建国志文永德家明海春立振俊宏天兴世少子小晓大庆金水光玉正新学"
MEN_SECOND = "军伟强勇涛斌辉鹏杰波刚峰超亮平林华龙飞宇浩东成民生松山良才"
WOMEN_FIRST = "秀玉桂丽雅小晓春美淑红慧雪梦诗佳思文婷金月冬凤素子欣若海燕翠"
WOMEN_SECOND = "英兰芳娟敏静霞燕玲丽娜梅琴萍云芬莉艳洁颖蓉倩怡萱妍莹珍香花凤"
RARE_GIVEN = ("䶮", "建䶮", "晓㛃", "𬀩", "文𬍛")
DOTTED_GIVEN = ("阿依古丽", "艾力", "卓玛", "巴特尔", "古丽娜", "热依罕", "丹增", "那仁")
DOTTED_FATHER = ("·买买提", "·吐尔逊", "·次仁", "·苏和", "·阿不都", "·热合曼", "·扎西", "·卡德尔")

RARE_EVERY = 300
SINGLE_CHARACTER_PERCENT = 14


@cache
def _surnames() -> pl.Series:
    """Each surname as often as its rank deserves: 王 some hundred times as often as the last."""
    return pl.Series([s for rank, s in enumerate(SURNAMES) for _ in range(1 + 1200 // (rank + 10))])


@cache
def _rare() -> pl.Series:
    dotted = [given + father for given in DOTTED_GIVEN for father in DOTTED_FATHER]
    return pl.Series(dotted + [surname + given for surname in SURNAMES for given in RARE_GIVEN])


@cache
def _given(first: str, second: str) -> pl.Series:
    """All given names of one sex: every pair, and the second characters alone at the end."""
    return pl.Series([a + b for a in first for b in second if a != b] + list(second))


def name_series(draws: NDArray[np.uint64], men: NDArray[np.bool_]) -> pl.Series:
    """A name for each 64-bit draw."""
    surnames = _surnames()
    surname = surnames.gather((draws % np.uint64(len(surnames))).astype(np.uint32))
    male, female = (
        _given(MEN_FIRST, MEN_SECOND).gather(_place(draws, MEN_FIRST, MEN_SECOND)),
        _given(WOMEN_FIRST, WOMEN_SECOND).gather(_place(draws, WOMEN_FIRST, WOMEN_SECOND)),
    )
    whole = surname + male.zip_with(pl.Series(men), female)
    turn = draws >> np.uint64(50)
    rare = _rare().gather((draws % np.uint64(len(_rare()))).astype(np.uint32))
    return rare.zip_with(pl.Series(turn % np.uint64(RARE_EVERY) == 0), whole)


def _place(draws: NDArray[np.uint64], first: str, second: str) -> NDArray[np.uint32]:
    names = len(_given(first, second))
    singles = len(second)
    draw = (draws >> np.uint64(20)) & np.uint64(0xFFFFFF)
    pair = draw % np.uint64(names - singles)
    single = np.uint64(names - singles) + draw % np.uint64(singles)
    alone = (draws >> np.uint64(44)) % np.uint64(100) < SINGLE_CHARACTER_PERCENT
    return np.where(alone, single, pair).astype(np.uint32)
