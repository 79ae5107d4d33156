"""What runs elsewhere: workflows are pinned and may do little; what is published is tested, named and dated right."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from packaging.version import Version

from aelib import __version__
from book.read.layout import ROOT

WORKFLOWS = {path.name: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
OWN = "./.github/workflows/test.yml"
RELEASE = re.compile(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)$", re.MULTILINE)


def workflow(name: str) -> dict:
    return yaml.safe_load(WORKFLOWS[name].read_text("utf-8"))


JOBS = [(name, job) for name in WORKFLOWS for job in workflow(name)["jobs"]]


def steps(name: str, job: str) -> list[dict]:
    return workflow(name)["jobs"][job].get("steps", [])


def commands(name: str) -> list[str]:
    return [step["run"] for job in workflow(name)["jobs"] for step in steps(name, job) if "run" in step]


def test_every_action_is_pinned_by_its_commit_and_names_its_version() -> None:
    used = [line for path in WORKFLOWS.values() for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    foreign = [line.strip().removeprefix("- ") for line in used if OWN not in line]
    assert foreign
    assert [line for line in foreign if not PINNED.fullmatch(line)] == []
    assert len({line.split("@")[0] for line in foreign}) == len(set(foreign)), "one action, one version"


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_only_the_deployment_may_write(name: str, job: str) -> None:
    assert workflow(name)["permissions"] == {}, "a job that asks for nothing gets nothing"
    allowed = workflow(name)["jobs"][job]["permissions"]
    if (name, job) == ("publish.yml", "deploy"):
        assert allowed == {"pages": "write", "id-token": "write"}
    else:
        assert allowed == {"contents": "read"}


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_a_job_keeps_no_credentials_and_ends(name: str, job: str) -> None:
    for step in steps(name, job):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
    assert "timeout-minutes" in workflow(name)["jobs"][job] or workflow(name)["jobs"][job]["uses"] == OWN


def test_what_a_workflow_makes_is_a_target_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    lines = [line for text in (script, *map("\n".join, map(commands, WORKFLOWS))) for line in text.splitlines()]
    calls = [line.partition(" #")[0].split()[1:] for line in lines if line.startswith("make ")]
    made = {word for call in calls for word in call if "=" not in word}
    assert made >= {"ci", "unit", "site", "reproduce", "nbval", "builders"}
    assert made <= targets


def test_a_publication_waits_for_the_tests_and_is_not_cut_off() -> None:
    jobs = workflow("publish.yml")["jobs"]
    assert jobs["tests"]["uses"] == OWN
    assert set(jobs["deploy"]["needs"]) == {"tests", "build"}
    assert "if" not in jobs["deploy"], "a condition could let it go on after a failure"
    assert workflow("publish.yml")["concurrency"]["cancel-in-progress"] is False
    assert "workflow_call" in workflow("test.yml")[True]  # YAML reads the key `on` as a truth


def test_the_deployment_runs_no_code_of_the_repository() -> None:
    (step,) = steps("publish.yml", "deploy")
    assert step["uses"].startswith("actions/deploy-pages@")


def test_what_passes_is_said_by_make_ci_alone() -> None:
    assert [step["run"] for step in steps("test.yml", "passes") if "run" in step] == [".ci/run"]
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert re.findall(r"^ *make .*", script, re.MULTILINE) == ["make ci"]
    assert not re.search(r"pytest|python", script)


@pytest.fixture
def checkout(tmp_path: Path) -> Callable[..., list[str]]:
    """checkout("chromium", ...): the commands that .ci/run calls where these are installed; make shows AELIB_DATA."""
    stubs = tmp_path / "bin"
    stubs.mkdir()
    (tmp_path / "a b" / "book" / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", tmp_path / "a b" / "book" / ".ci")
    log = tmp_path / "log"

    def run(*has: str, user: int = 0, **environment: str) -> list[str]:
        bodies = {
            "make": f'echo "make $* ${{AELIB_DATA:-}}" >> "{log}"',
            "id": f"echo {user}",
            "apt-get": f'echo "apt-get $*" >> "{log}"',
            "sudo": f'echo "sudo $*" >> "{log}"',
            "dpkg": f"exit {int('fonts-liberation' not in has)}",
        }
        for name, body in bodies.items() | {(name, "") for name in has}:
            (stubs / name).write_text(f"#!/bin/sh\n{body}\n", "utf-8")
            (stubs / name).chmod(0o755)
        for name in ("dirname", "bash", "sh"):
            if not (stubs / name).exists():
                (stubs / name).symlink_to(shutil.which(name) or name)
        script = tmp_path / "a b" / "book" / ".ci" / "run"
        subprocess.run(["bash", script], env={"PATH": str(stubs), **environment}, check=True, timeout=60)
        return log.read_text("utf-8").splitlines()

    return run


def test_the_script_of_ci_installs_what_is_missing_and_nothing_else(checkout: Callable[..., list[str]]) -> None:
    assert checkout("chromium", "fonts-liberation") == ["make ci "]


@pytest.mark.parametrize(("user", "prefix"), [(0, ""), (1000, "sudo ")])
def test_the_script_of_ci_installs_as_root(checkout: Callable[..., list[str]], user: int, prefix: str) -> None:
    update, install, made = checkout(user=user)
    assert update.startswith(f"{prefix}apt-get update")
    assert install.startswith(f"{prefix}apt-get install")
    assert install.endswith("chromium fonts-liberation")
    assert made == "make ci "


def test_the_script_of_ci_finds_the_data_beside_the_checkout(
    checkout: Callable[..., list[str]], tmp_path: Path
) -> None:
    data = tmp_path / "a b" / "shared" / "data"
    (data / "MNIST").mkdir(parents=True)
    assert checkout("chromium", "fonts-liberation") == [f"make ci {data.resolve()}"]
    assert checkout("chromium", "fonts-liberation", AELIB_DATA="/elsewhere")[-1] == "make ci /elsewhere"


@pytest.mark.parametrize(
    ("version", "tag", "refused"),
    [
        ("0.2.0", "v0.2.0", False),
        ("0.2.0", "v0.2.1", True),
        ("0.2.0", "0.2.0", True),
        ("0.2.0.dev0", "v0.2.0", True),
        ("0.2.0.dev0", "v0.2.0.dev0", True),
    ],
)
def test_a_tag_that_is_not_the_version_is_not_published(tmp_path: Path, version: str, tag: str, refused: bool) -> None:
    (tmp_path / "aelib").mkdir()
    (tmp_path / "aelib" / "__init__.py").write_text(f'__version__ = "{version}"\n', "utf-8")
    (tmp_path / "python").symlink_to(sys.executable)
    (step,) = [step for step in steps("publish.yml", "build") if step.get("if") == "github.ref_type == 'tag'"]
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "GITHUB_REF_NAME": tag}
    ran = subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (ran.returncode, f"tag: got {tag}, expected" in ran.stdout) == (int(refused), refused), ran.stderr


def test_version_changelog_and_citation_name_the_same_release() -> None:
    releases = RELEASE.findall((ROOT / "CHANGELOG.md").read_text("utf-8"))
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert releases[0] == (citation["version"], str(citation["date-released"]))
    order = [(Version(version), date) for version, date in releases]
    assert order == sorted(order, reverse=True), "the newest first"
    ours, newest = Version(__version__), order[0][0]
    assert ours == newest or (ours.is_devrelease and ours > newest)


def test_citation_and_package_name_the_public_addresses() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
    assert citation["url"] == package["Homepage"] == config["html"]["baseurl"]
    assert citation["repository-code"] == package["Source"] == config["repository"]["url"]
