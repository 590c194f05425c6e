"""Posts (岗位) and what follows from them: line, class, titles, gender."""

from dataclasses import dataclass

NURSE_TITLES = ("护士", "护师", "主管护师", "副主任护师")
DOCTOR_TITLES = ("住院医师", "主治医师", "副主任医师", "主任医师")
TECHNICIAN_TITLES = ("技士", "技师", "主管技师", "副主任技师")
PHARMACIST_TITLES = ("药士", "药师", "主管药师", "副主任药师")
CLERK_TITLES = ("科员", "助理经济师", "经济师", "高级经济师")
ACCOUNTANT_TITLES = ("助理会计师", "会计师", "高级会计师")
ENGINEER_TITLES = ("助理工程师", "工程师", "高级工程师")
WORKER_TITLES = ("初级工", "中级工", "高级工")


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post and the traits its holders share."""

    line: str
    post_class: str
    titles: tuple[str, ...]
    """From junior to senior."""
    male_share: float
    shown: str = ""
    """The word people see, when several kinds of the post share it."""


POSTS = {
    "院长": Post(line="行政线", post_class="院领导", titles=DOCTOR_TITLES[3:], male_share=0.7),
    "副院长": Post(line="行政线", post_class="院领导", titles=DOCTOR_TITLES[3:], male_share=0.6),
    "科主任": Post(line="医疗线", post_class="中层干部", titles=DOCTOR_TITLES[2:], male_share=0.6),
    "科副主任": Post(line="医疗线", post_class="中层干部", titles=DOCTOR_TITLES[2:], male_share=0.55),
    "医师": Post(line="医疗线", post_class="专业技术", titles=DOCTOR_TITLES, male_share=0.52),
    "护理部主任": Post(line="护理线", post_class="中层干部", titles=("主任护师",), male_share=0.0),
    "护理部副主任": Post(line="护理线", post_class="中层干部", titles=NURSE_TITLES[3:], male_share=0.05),
    "科护士长": Post(line="护理线", post_class="中层干部", titles=NURSE_TITLES[3:], male_share=0.05),
    "护士长": Post(line="护理线", post_class="专业技术", titles=NURSE_TITLES[2:], male_share=0.04),
    "护士": Post(line="护理线", post_class="专业技术", titles=NURSE_TITLES[:3], male_share=0.05),
    "医技科主任": Post(
        line="医技线", post_class="中层干部", titles=("主任技师",), male_share=0.55, shown="科主任"
    ),
    "技师": Post(line="医技线", post_class="专业技术", titles=TECHNICIAN_TITLES, male_share=0.45),
    "药剂科主任": Post(
        line="医技线", post_class="中层干部", titles=("主任药师",), male_share=0.5, shown="科主任"
    ),
    "药师": Post(line="医技线", post_class="专业技术", titles=PHARMACIST_TITLES, male_share=0.3),
    "科长": Post(line="行政线", post_class="中层干部", titles=CLERK_TITLES[2:], male_share=0.55),
    "主任": Post(line="行政线", post_class="中层干部", titles=CLERK_TITLES[2:], male_share=0.55),
    "职员": Post(line="行政线", post_class="管理", titles=CLERK_TITLES, male_share=0.35),
    "会计": Post(line="行政线", post_class="管理", titles=ACCOUNTANT_TITLES, male_share=0.2),
    "工程师": Post(line="行政线", post_class="专业技术", titles=ENGINEER_TITLES, male_share=0.8),
    "司机": Post(line="行政线", post_class="工勤", titles=WORKER_TITLES, male_share=1.0),
    "厨师": Post(line="行政线", post_class="工勤", titles=WORKER_TITLES, male_share=0.7),
    "保安": Post(line="行政线", post_class="工勤", titles=WORKER_TITLES[:2], male_share=0.95),
    "工人": Post(line="行政线", post_class="工勤", titles=WORKER_TITLES, male_share=0.8),
}

# What ordinary people do in a functional department, and how many they are.
OFFICE_STAFF = {
    "office": ("职员", 9),
    "hr": ("职员", 8),
    "edu": ("职员", 7),
    "equip": ("工程师", 6),
    "pharm": ("药师", 8),
    "it": ("工程师", 9),
    "logistics": ("职员", 8),
    "security": ("职员", 5),
    "finance": ("会计", 14),
    "audit": ("会计", 4),
    "procure": ("职员", 6),
    "discipline": ("职员", 4),
    "med": ("职员", 8),
    "nursing": ("职员", 5),
    "qc": ("职员", 5),
    "infection": ("职员", 5),
    "insurance": ("职员", 7),
    "outpatient": ("职员", 6),
    "lab": ("技师", 10),
    "publicity": ("职员", 5),
    "archive": ("职员", 3),
}

# The post in a group, with its size on the main campus and on the others.
GROUP_STAFF = {
    "伦理办公室": ("职员", 3, 0),
    "设备维修组": ("工程师", 8, 4),
    "门诊药房": ("药师", 20, 0),
    "住院药房": ("药师", 18, 0),
    "静脉用药调配中心": ("药师", 14, 0),
    "信息运维组": ("工程师", 6, 3),
    "总务维修组": ("工人", 24, 10),
    "车队": ("司机", 16, 5),
    "膳食组": ("厨师", 18, 8),
    "物资仓库": ("职员", 5, 3),
    "门岗组": ("保安", 24, 10),
    "收费结算组": ("会计", 26, 10),
    "病案统计室": ("职员", 9, 0),
    "导诊服务组": ("职员", 14, 0),
    "临床检验组": ("技师", 14, 0),
    "生化免疫组": ("技师", 12, 0),
    "微生物组": ("技师", 9, 0),
    "综合办公室": ("职员", 0, 8),
}

# Doctors and technicians of departments of medical technology.
MEDTECH_STAFF = {
    "放射科": {"医师": 12, "技师": 16},
    "超声医学科": {"医师": 14, "技师": 4},
    "病理科": {"医师": 7, "技师": 8},
    "输血科": {"技师": 8},
    "核医学科": {"医师": 4, "技师": 5},
    "心电功能科": {"医师": 6, "技师": 6},
    "内镜中心": {"医师": 5, "技师": 4},
    "血液净化中心": {"医师": 6, "技师": 3},
    "检验科": {"技师": 14},
    "药剂科": {"药师": 14},
}
