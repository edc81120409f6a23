"""The alert rules for Prometheus ask for numbers that there are, by labels that they have."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from yarda.web.metrics import METRICS

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
LABELS = {shown.name: set(shown.labels) for shown in METRICS}
ASKED = re.compile(r"(yarda_\w+)(?:\{(.*?)\})?")


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    return list(group["rules"])


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_metrics_shows_and_says_what_to_do(rule: dict[str, Any]) -> None:
    asked = ASKED.findall(rule["expr"])

    assert asked
    for name, matchers in asked:
        assert name in LABELS
        assert set(re.findall(r"(\w+)\s*=", matchers)) <= LABELS[name]
    names = {name for name, _ in asked}
    for grouping in re.findall(r"by \((.*?)\)", rule["expr"]):
        assert set(grouping.split(", ")) <= set.union(*(LABELS[name] for name in names))
    assert rule["expr"].count("(") == rule["expr"].count(")")
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert all(rule["annotations"][part].endswith(".") for part in ("summary", "description"))
    assert f"`{rule['alert']}`" in (ROOT / "docs" / "guide" / "watch.md").read_text()


def test_a_counter_and_nothing_else_is_named_like_one() -> None:
    assert [shown.name for shown in METRICS if (shown.kind == "counter") != shown.name.endswith("_total")] == []


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs Prometheus's promtool")
def test_prometheus_takes_the_rules() -> None:
    checked = subprocess.run(["promtool", "check", "rules", ALERTS], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
