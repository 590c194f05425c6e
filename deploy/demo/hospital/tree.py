"""The department tree: 医院, 院区, 系统, 科室, 病区 or 组."""

from dataclasses import dataclass, field

from .records import Department

HOSPITAL = "清河市第一人民医院"
MAIN, EAST, NORTH = "本部院区", "东院区", "北院区"
BOARD = "院领导"

# Functional departments carry the words of the flow catalogue. `科=组,组` lists groups below.
OFFICES = {
    "office": "院办公室",
    "hr": "人事科",
    "edu": "科教科=伦理办公室",
    "equip": "医学装备科=设备维修组",
    "pharm": "药剂科=门诊药房,住院药房,静脉用药调配中心",
    "it": "信息科=信息运维组",
    "logistics": "后勤保障科=总务维修组,车队,膳食组,物资仓库",
    "security": "保卫科=门岗组",
    "finance": "财务科=收费结算组",
    "audit": "审计科",
    "procure": "采购中心",
    "discipline": "纪检监察室",
    "med": "医务科=病案统计室",
    "nursing": "护理部",
    "qc": "质控科",
    "infection": "院感科",
    "insurance": "医保办",
    "outpatient": "门诊部=导诊服务组",
    "lab": "检验科=临床检验组,生化免疫组,微生物组",
    "publicity": "宣传科",
    "archive": "档案室",
}

# `科*2` has two wards; `科=名,名` names its nursing units; a bare name has none.
SYSTEMS = {
    MAIN: {
        "内科系统": "心血管内科*3 呼吸与危重症医学科*3 消化内科*2 神经内科*3 肾内科*2 内分泌科*2 血液内科*1 "
        "风湿免疫科*1 肿瘤科*3 老年医学科*2 感染性疾病科*1 儿科*2 中医科*1 康复医学科*1 全科医学科*1 皮肤科 "
        "重症医学科=重症监护病区",
        "外科系统": "普通外科*3 骨科*3 神经外科*2 心胸外科*2 泌尿外科*2 甲状腺乳腺外科*1 肛肠科*1 妇科*2 "
        "产科=产科病区,产房 眼科*1 耳鼻咽喉科*1 口腔科 烧伤整形科*1 麻醉科",
        "门急诊系统": "急诊医学科=急诊抢救室,急诊留观病区 健康管理中心=体检护理单元",
        "医技系统": "放射科 超声医学科 病理科 输血科 核医学科 心电功能科 "
        "内镜中心=内镜护理单元 血液净化中心=血液透析室",
        "护理系统": "手术室 消毒供应室 门诊护理单元 专科护理组",
    },
    EAST: {
        "内科系统": "心血管内科*1 呼吸与危重症医学科*2 神经内科*1 消化内科*1 内分泌科*1 肿瘤科*1 儿科*2",
        "外科系统": "普通外科*2 骨科*2 泌尿外科*1 妇产科*2 麻醉科=手术室",
        "门急诊系统": "急诊医学科=急诊护理单元",
        "医技系统": "放射科 超声医学科 检验科 药剂科",
    },
    NORTH: {
        "内科系统": "老年医学科*2 康复医学科*2 感染性疾病科*2 中医科*1 精神心理科*1",
        "外科系统": "普通外科*1 骨科*1 麻醉科=手术室",
        "门急诊系统": "急诊医学科=急诊护理单元",
        "医技系统": "放射科 超声医学科 检验科 药剂科",
    },
}
CAMPUS_SERVICES = "综合办公室 信息运维组 设备维修组 总务维修组 车队 膳食组 物资仓库 门岗组 收费结算组"
KIND_OF_UNIT = {"医技系统": "medtech", "护理系统": "ward"}
NUMERALS = "一二三四五"


@dataclass(kw_only=True)
class _Planting:
    """Departments made so far; ids count upward in the order of planting."""

    departments: list[Department] = field(default_factory=list)
    siblings: dict[int, int] = field(default_factory=dict)

    def add(self, name: str, parent_id: int, kind: str, code: str = "") -> int:
        rank = self.siblings.get(parent_id, 0)
        self.siblings[parent_id] = rank + 1
        department = Department(
            id=len(self.departments) + 1,
            name=name,
            parent_id=parent_id,
            order=100_000 - rank * 10,
            kind=kind,
            code=code,
        )
        self.departments.append(department)
        return department.id


def build_departments() -> tuple[Department, ...]:
    """Plant the whole tree; parents always stand before their children."""
    planting = _Planting()
    hospital_id = planting.add(HOSPITAL, 0, "hospital")
    for campus in (MAIN, EAST, NORTH):
        campus_id = planting.add(campus, hospital_id, "campus")
        if campus == MAIN:
            planting.add(BOARD, campus_id, "board")
            _add_offices(planting, campus_id)
        for system, units in SYSTEMS[campus].items():
            _add_system(planting, campus_id, system, units)
        if campus != MAIN:
            services_id = planting.add("行政后勤", campus_id, "system")
            for name in CAMPUS_SERVICES.split():
                planting.add(name, services_id, "group")
    return tuple(planting.departments)


def _add_offices(planting: _Planting, campus_id: int) -> None:
    offices_id = planting.add("行政职能", campus_id, "system")
    for code, text in OFFICES.items():
        name, parts = _read_unit(text)
        office_id = planting.add(name, offices_id, "office", code)
        for part in parts:
            planting.add(part, office_id, "group")


def _add_system(planting: _Planting, campus_id: int, system: str, units: str) -> None:
    system_id = planting.add(system, campus_id, "system")
    for text in units.split():
        name, wards = _read_unit(text)
        unit_id = planting.add(name, system_id, KIND_OF_UNIT.get(system, "clinical"))
        for ward in wards:
            planting.add(ward, unit_id, "ward")


def _read_unit(text: str) -> tuple[str, list[str]]:
    """Split `科*2` or `科=甲,乙` into the name and the names below it."""
    if "=" in text:
        name, _, parts = text.partition("=")
        return name, parts.split(",")
    name, _, count = text.partition("*")
    if count == "1":
        return name, [f"{name}病区"]
    return name, [f"{name}{NUMERALS[number]}病区" for number in range(int(count or 0))]
