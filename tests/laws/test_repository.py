"""What must never enter the repository: machine paths, package addresses, others' code, heavy files."""

import re

import pytest

from tests.laws.files import ROOT, files, lines_with, repository_files, text, where

# Written in two halves, so that this file does not find itself.
MARKS = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "Not" + "Implemented"]
INDEX_OPTIONS = ["--index" + "-url", "--extra-index" + "-url", "--find" + "-links", "--trusted" + "-host"]
HOME_FOLDERS = ["/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/"]
COMMON_PARENTS = {"/", "/opt", "/srv", "/tmp", "/usr/src", "/usr/local", "/var", "/var/lib", "/mnt", "/data"}

LOCKS = ("run", "dev", "node")
LOCK_LINE = re.compile(
    r"""(\s*\#.*                                  # a comment
       |[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^\s;]+(\ ;\ [^\\]+)?\ \\   # a name with an exact version
       |\s{4}--hash=sha256:[0-9a-f]{64}(\ \\)?    # the hash of one file
       |)""",
    re.VERBOSE,
)


def test_no_path_of_a_machine():
    parent = str(ROOT.parent)
    folders = [re.escape(folder) + r"[a-z]" for folder in HOME_FOLDERS]
    if parent not in COMMON_PARENTS:
        folders.append(re.escape(parent + "/"))

    assert lines_with(rf"(?<![\w.]){'|'.join(folders)}", list(repository_files())) == []


def test_no_address_of_a_package_index():
    options = "|".join(rf"(?<!\w){option}" for option in INDEX_OPTIONS)
    names = r"pypi\.org/simple|files\.pythonhosted|registry\.npm|\"resolved\":"

    assert (
        lines_with(f"{options}|{names}", [p for p in repository_files() if p.name != "test_repository.py"])
        == []
    )


def test_no_heavy_file():
    assert [where(path) for path in repository_files() if path.stat().st_size > 2_000_000] == []


def test_no_code_of_others():
    found = [
        where(path)
        for path in repository_files()
        if re.search(r"\.min\.(js|css)$", path.name)
        or {"vendor", "node_modules"} & set(path.relative_to(ROOT).parts)
    ]

    assert found == []


def test_nothing_is_marked_unfinished():
    marks = rf"\b({'|'.join(MARKS)})\b"

    assert lines_with(marks, files(".py", ".js", ".mjs", ".html", ".css", ".sh", ".md")) == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_file_holds_versions_and_hashes_only(name):
    lines = text(ROOT / "requirements" / f"{name}.txt").splitlines()

    assert [line for line in lines if not LOCK_LINE.fullmatch(line)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_file_locks_everything_that_is_asked_for(name):
    asked = re.findall(r"^([A-Za-z][\w.-]*)", text(ROOT / "requirements" / f"{name}.in"), re.MULTILINE)
    locked = re.findall(r"^([\w.-]+)==", text(ROOT / "requirements" / f"{name}.txt"), re.MULTILINE)

    assert {word.lower().replace("_", "-") for word in asked} - {word.lower() for word in locked} == set()


def test_lock_files_agree():
    """What the tests run on is what people run."""
    run, dev = (
        dict(re.findall(r"^([\w.-]+)==(\S+)", text(ROOT / "requirements" / f"{name}.txt"), re.MULTILINE))
        for name in ("run", "dev")
    )

    assert {name: dev.get(name) for name in run} == run
