"""Names, numbers and titles from which invented people are made."""

from random import Random

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范"
    "汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔"
)
COMPOUND_SURNAMES = ("欧阳", "上官", "司徒", "诸葛")

FEMALE = (
    "芳娜敏静秀娟英华慧巧美玉兰红娥玲芬燕彩春菊勤珍贞莉岚叶婷雅琴妍茜秋珊莎锦青倩婉娴瑾颖露瑶怡"
    "婵雁蓓仪荷丹蓉眉君琪晓雪梦洁雯欣悦彤萱"
)
MALE = (
    "伟刚勇军杰磊峰超斌浩宇明亮辉建志文俊凯博航晨东林海波松健铭鑫诚睿昊坤栋震霖钧恒哲翔骏晖煜景康岩川帆旭钊"
)
SHARED = "一子思雨若云嘉安宁清书言乐如之予亦可心佳家新永天"


def person_name(rng: Random, gender: str) -> str:
    """Make up a name; gender is WeCom's "1" (male) or "2" (female)."""
    own = MALE if gender == "1" else FEMALE
    if rng.random() < 0.008:
        surname = rng.choice(COMPOUND_SURNAMES)
    else:
        # Squaring favours the front of the list, where the common surnames are.
        surname = SURNAMES[int(rng.random() ** 2 * len(SURNAMES))]
    if rng.random() < 0.2:
        return surname + rng.choice(own)
    first = rng.choice(SHARED + own)
    second = rng.choice([char for char in own if char != first])
    return surname + first + second


def mobile_numbers(rng: Random, count: int) -> list[str]:
    """Give `count` different numbers in an invented range."""
    return [f"19900{number:06d}" for number in rng.sample(range(1_000_000), count)]


def staff_numbers(rng: Random, letters: list[str]) -> list[str]:
    """Give one number per letter, such as A1024, without repeats."""
    numbers = rng.sample(range(1001, 9999), len(letters))
    return [f"{letter}{number}" for letter, number in zip(letters, numbers, strict=True)]
