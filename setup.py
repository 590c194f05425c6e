"""Package Qingban: what is inside, what it needs, how it is called."""

import re
import subprocess
import sys
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent


def version() -> str:
    """Read the version from `core/__init__.py` without importing it."""
    text = (HERE / "core" / "__init__.py").read_text(encoding="utf-8")
    return re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE).group(1)


def needs(name: str) -> list[str]:
    """Read the requirement names of `requirements/<name>.in`; exact versions live in the lock files."""
    lines = (HERE / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return [line for line in map(str.strip, lines) if line and line[0] not in "#-"]


class BuildWithFrontEnd(build_py):
    """Fetch the front-end packages into the wheel, so that it needs no Node where it is installed."""

    def run(self) -> None:
        """Run the vendor step first, unless this is an editable install."""
        if not self.editable_mode:
            subprocess.run([sys.executable, "-m", "core.web.frontend.vendor"], cwd=HERE, check=True)
        super().run()


setup(
    name="qingban",
    version=version(),
    description="Mobile office platform for hospitals inside WeChat Work: 轻办",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    packages=find_packages(include=["core*", "plugins*", "miniapps*", "preview*", "deploy*"]),
    py_modules=["qingban"],
    # Keeps an editable install one ordinary path line, which editors and type checkers follow.
    package_dir={"": "."},
    package_data={
        "": [
            "py.typed",
            "migrations/*.py",
            "templates/**/*",
            "static/**/*",
            "locale/**/*",
            "*.toml",
            "*.json",
            "*.yaml",
        ],
        "deploy": ["**/*"],
    },
    exclude_package_data={"": ["frontend/node_modules/**/*"]},
    install_requires=needs("run"),
    extras_require={"dev": needs("dev"), "node": needs("node")},
    entry_points={
        "console_scripts": ["qingban = core.cli:main"],
        "pytest11": ["qingban = core.testing"],
    },
    cmdclass={"build_py": BuildWithFrontEnd},
    classifiers=[
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Natural Language :: Chinese (Simplified)",
    ],
)
