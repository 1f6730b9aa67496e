"""The shell steps that `init` writes for GitLab, run as they stand; those for GitHub are run by the journey."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from policy_site.starting import Choices, PolicyChoice, compose_files
from tests.project.test_journey import Company
from tests.support.pipeline import read_pipeline


def test_gitlab_reviews_previews_and_publishes(tmp_path: Path) -> None:
    company = Company(tmp_path)
    host = company.host
    with host.serving() as site:
        company.run(
            "init", str(company.folder), "--name", "Larkspur Ltd", "--address", site.replace("127.0.0.1", "localhost"),
            "--import", f"privacy={company.text}", "--host", "gitlab", folder=tmp_path,
        )  # fmt: skip
        company.git("remote", "add", "origin", str(host.origin))
        company.git("push", "--quiet", "origin", "main")
        status, said, runner = host.run_gitlab("", "pages", FIRST="yes")
        assert status == 0, said
        (runner / "public").rename(host.served / "new")
        host.site += "new/"

        company.edit("privacy/en.md", "30 days", "60 days")
        company.run("release", "privacy")
        label = max(note.stem for note in (company.folder / "content/privacy/releases").iterdir())
        company.write_words(label, "We keep your data for 60 days.")
        company.push("longer")
        status, said, runner = host.run_gitlab("longer", "review", "preview")
    assert status == 0, said
    assert "30 days" in (runner / "review/index.html").read_text(encoding="utf-8")
    for page in (runner / "preview").glob("*/**/*.html"):
        assert "It shows commit" in page.read_text(encoding="utf-8"), page
    assert "60 days" in (runner / f"preview/{label}/en/privacy/index.html").read_text(encoding="utf-8")


def test_no_job_of_a_merge_request_can_publish_or_is_handed_a_secret() -> None:
    choices = Choices("Larkspur Ltd", "https://l.example/", ("en",), (PolicyChoice("privacy"),), host="gitlab")
    text = compose_files(choices, today=date(2026, 5, 4))[".gitlab-ci.yml"]
    pipeline = read_pipeline(text)
    asked = {
        name for name, job in pipeline.items() if isinstance(job, dict) and "merge_request" in str(job.get("rules"))
    }
    assert asked == {"review", "preview"}
    for name in asked:
        assert "pages" not in pipeline[name], name
        assert "public" not in pipeline[name]["artifacts"]["paths"], name
        for line in pipeline[name]["script"]:  # a variable of the host is one word, whatever it holds
            assert re.sub(r'"\$\w+"', "", line).count("$") == 0, line
    assert not re.search("secret|token|password|id_tokens", text.lower().replace("uses no secret", ""))
