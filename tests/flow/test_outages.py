"""What Yarda stands on goes away and comes back: no trace, nothing lost, no one asked to restart it."""

import asyncio
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.emulators.gemini import KEY, GeminiEmulator
from tests.flow.processes import YardaProcess
from tests.flow.scene import Scene
from tests.patience import PATIENCE
from yarda.bootstrap import start
from yarda.db.embedded import EmbeddedPostgres
from yarda.settings import Settings, read_settings

pytestmark = pytest.mark.embedded


class Client:
    """Asks a `serve`, and waits for answers that come in time."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def get(self, path: str) -> httpx2.Response:
        return await self._http.get(path)

    async def add_photo(self, photo: bytes) -> str:
        answer = await self._http.post("/photos", files={"photo": ("yard.jpg", photo)})
        return str(answer.json()["id"])

    async def create(self, photo: str, **changes: Any) -> httpx2.Response:
        areas = [{"area": "front_yard", "style": "japanese_zen"}]
        body = {"photo_id": photo, "provider": "gemini", "areas": areas} | changes
        return await self._http.post("/generations/multi", json=body, headers={"Idempotency-Key": "once"})

    async def until(self, path: str, **wanted: Any) -> dict[str, Any]:
        """The document once it says what is wanted; refusals meanwhile must ask for patience."""
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = await self._http.get(path)
                if answer.status_code == 200:
                    document = dict(answer.json())
                    if wanted.items() <= document.items():
                        return document
                else:
                    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
                await asyncio.sleep(0.1)


def _settings(url: str | None, folder: Path, gemini: GeminiEmulator | None = None) -> Settings:
    return read_settings(
        database_url=url,
        data_dir=folder / "data",
        gemini_api_key=KEY if gemini else None,
        gemini_base_url=gemini.base_url if gemini else None,
        lease_seconds=3,
    )


def _freeze(folder: Path, number: signal.Signals) -> None:
    """Send a signal to every process of that server."""
    postmaster = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])
    children = subprocess.run(["pgrep", "-P", str(postmaster)], capture_output=True, text=True, check=False)
    for pid in (postmaster, *map(int, children.stdout.split())):
        os.kill(pid, number)


async def test_serve_answers_503_while_the_database_is_away_and_recovers_by_itself(
    reachable: Path, gemini: GeminiEmulator, photo: bytes, tmp_path: Path
) -> None:
    gemini.script.append("delay:2")
    server = await EmbeddedPostgres.join(reachable / "server")
    settings = _settings(server.url, reachable, gemini)
    async with start(settings) as running:
        await running.migrate()
    process = YardaProcess(settings, "serve", "--port", "0", log=tmp_path / "serve.log")
    try:
        async with httpx2.AsyncClient(base_url=await process.address(), timeout=120) as http:
            client = Client(http)
            photo_id = await client.add_photo(photo)
            made = (await client.create(photo_id)).json()
            while not gemini.calls:
                await asyncio.sleep(0.02)

            await server.leave()
            away = [await client.get(path) for path in ("/readyz", "/generations", "/metrics", "/credits")]
            refused = await client.create(photo_id)
            page = await http.get("/designs", headers={"Accept": "text/html"})
            alive = await client.get("/healthz")
            await asyncio.wait_for(gemini.calls[0].ended.wait(), PATIENCE)
            server = await EmbeddedPostgres.join(reachable / "server")
            done = await client.until(f"/generations/{made['id']}", status="completed")
            again = await client.create(photo_id)
    finally:
        process.stop()
        await server.leave()

    for answer in (*away, refused):
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert (page.status_code, "Nothing was lost" in page.text) == (503, True)
    assert alive.status_code == 200
    assert (again.status_code, again.json()["id"]) == (201, made["id"])
    assert (done["areas"][0]["attempts"], len(gemini.calls)) == (1, 1)
    assert "Traceback" not in (tmp_path / "serve.log").read_text()


async def test_a_killed_embedded_database_is_back_before_anyone_notices_more_than_a_pause(
    reachable: Path, gemini: GeminiEmulator, photo: bytes, tmp_path: Path
) -> None:
    gemini.script.append("delay:2")
    settings = _settings(None, reachable, gemini)
    process = YardaProcess(settings, "serve", "--port", "0", log=tmp_path / "serve.log")
    try:
        async with httpx2.AsyncClient(base_url=await process.address(), timeout=120) as http:
            client = Client(http)
            made = (await client.create(await client.add_photo(photo))).json()
            while not gemini.calls:
                await asyncio.sleep(0.02)

            _freeze(reachable / "data", signal.SIGKILL)
            done = await client.until(f"/generations/{made['id']}", status="completed")
    finally:
        process.stop()

    assert (done["areas"][0]["attempts"], len(gemini.calls)) == (1, 1)
    assert process.process.returncode == 0
    assert not (reachable / "data" / "postgres" / "data" / "postmaster.pid").exists(), "the server was not stopped"


async def test_a_database_that_does_not_answer_is_an_outage_too(
    reachable: Path, photo: bytes, tmp_path: Path
) -> None:
    server = await EmbeddedPostgres.join(reachable / "server")
    settings = _settings(server.url, reachable)
    async with start(settings) as running:
        await running.migrate()
    process = YardaProcess(settings, "serve", "--port", "0", log=tmp_path / "serve.log")
    try:
        async with httpx2.AsyncClient(base_url=await process.address(), timeout=90) as http:
            client = Client(http)
            await client.until("/readyz", status="ready")
            _freeze(reachable / "server", signal.SIGSTOP)
            try:
                answer = await client.get("/generations")
            finally:
                _freeze(reachable / "server", signal.SIGCONT)
            await client.until("/readyz", status="ready")
    finally:
        process.stop()
        await server.leave()

    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")


@pytest.mark.skipif(not shutil.which("mount") or os.geteuid() != 0, reason="needs root to mount a small disk")
async def test_a_full_disk_refuses_new_work_and_loses_nothing(
    scene: Scene, settings: Settings, gemini: GeminiEmulator, photo: bytes, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        cramped = settings.model_copy(update={"storage_url": small.as_uri()})
        process = YardaProcess(cramped, "serve", "--port", "0", log=tmp_path / "serve.log")
        try:
            async with httpx2.AsyncClient(base_url=await process.address(), timeout=120) as http:
                client = Client(http)
                photo_id = await client.add_photo(photo)
                (small / "filler").write_bytes(bytes(1_950_000))
                refused = await client.create(photo_id)
                upload = await http.post("/photos", files={"photo": ("yard.jpg", photo[::-1] + photo)})
                (small / "filler").unlink()
                taken = await client.create(photo_id)
                done = await client.until(f"/generations/{taken.json()['id']}", status="completed")
        finally:
            process.stop()
    finally:
        subprocess.run(["umount", str(small)], check=False)

    assert (refused.status_code, refused.json()["code"]) == (503, "disk_full")
    assert upload.status_code in (415, 503)
    assert done["areas"][0]["progress"] == 100
    assert len(gemini.calls) == 1
