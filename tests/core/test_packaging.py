"""Setting up: stamps, pip's progress and failures, half-made environments, what users are told."""

import importlib
import importlib.util
import os
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import ModuleType

import pytest

TOP = Path(__file__).resolve().parents[2]
PACKAGING = TOP / "packaging"
LOCK = "requirements.lock"


@pytest.fixture(scope="module", autouse=True)
def scripts():
    """Let the set-up's modules be imported here, as they are beside `start.py`."""
    sys.path.insert(0, str(PACKAGING))
    yield
    sys.path.remove(str(PACKAGING))


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module `environment`, at work on an empty folder with a lock of one package."""
    module = importlib.import_module("environment")
    (tmp_path / "packaging").mkdir()
    (tmp_path / "packaging" / LOCK).write_text("idna==3.10 \\\n    --hash=sha256:00\n")
    (tmp_path / "packaging" / "installed.py").write_text((PACKAGING / "installed.py").read_text())
    monkeypatch.setattr(module, "HERE", tmp_path / "packaging")
    monkeypatch.setattr(module, "TOP", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    return module


@pytest.fixture
def made(environment: ModuleType) -> ModuleType:
    """The same with an environment that has no packages; its pip is a fake."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment.VENV], check=True)
    fake_pip(environment, "print('pip 99'); sys.exit()")
    return environment


def fake_pip(environment: ModuleType, program: str) -> None:
    """Put a `pip` into the environment that counts its calls and runs `program` on `install`."""
    packages = environment.site_packages()
    module = packages / "pip" / "__main__.py"
    module.parent.mkdir(exist_ok=True)
    requirements = importlib.util.find_spec("packaging.requirements")
    assert requirements
    assert requirements.origin
    vendored = packages / "pip/_vendor"
    if not vendored.exists():
        vendored.mkdir()
        (packages / "pip/__init__.py").touch()
        (vendored / "__init__.py").touch()
        (vendored / "packaging").symlink_to(Path(requirements.origin).parent)
    text = f"""
        import sys, pathlib
        if "install" in sys.argv:
            with open({str(environment.TOP / "calls")!r}, "a") as calls:
                calls.write(" ".join(sys.argv[1:]) + "\\n")
            packages = pathlib.Path({str(packages)!r})
            def put(name, version, whole=True):
                folder = packages / f"{{name}}-{{version}}.dist-info"
                folder.mkdir(exist_ok=True)
                (folder / "METADATA").write_text(f"Name: {{name}}\\nVersion: {{version}}\\n")
                (folder / "RECORD").write_text(f"{{folder.name}}/INSTALLER,,\\n" if whole else "")
            {program}
    """
    module.write_text(textwrap.dedent(text))


def calls(environment: ModuleType) -> list[str]:
    """What pip was asked to install so far."""
    path = environment.TOP / "calls"
    return path.read_text().splitlines() if path.exists() else []


INSTALLS = "print('Collecting idna==3.10'); put('idna', '3.10')"


def test_installs_once_and_then_reads_only_the_stamp(made, monkeypatch):
    fake_pip(made, INSTALLS)
    made.ensure(LOCK)
    assert len(calls(made)) == 1
    assert "--require-hashes" in calls(made)[0]
    monkeypatch.setitem(sys.modules, "installing", None)  # a second start may not even load it
    began = time.perf_counter()
    made.ensure(LOCK)
    assert time.perf_counter() - began < 0.1
    assert len(calls(made)) == 1


def test_studio_is_found_from_any_folder_even_after_a_move(made, tmp_path):
    fake_pip(made, INSTALLS)
    made.ensure(LOCK)
    (tmp_path / "studio.py").write_text("print('found')")
    line = (made.site_packages() / "atelier.pth").read_text().strip()
    assert not Path(line).is_absolute()
    command = [str(made.python()), "-P", "-m", "studio"]
    assert subprocess.run(command, cwd="/", capture_output=True, text=True).stdout == "found\n"


def test_a_changed_lock_installs_again(made):
    fake_pip(made, INSTALLS)
    made.ensure(LOCK)
    (made.HERE / LOCK).write_text("idna==3.11 \\\n    --hash=sha256:00\n")
    fake_pip(
        made, "(packages / 'idna-3.10.dist-info').rename(packages / 'old'); put('idna', '3.11')"
    )
    made.ensure(LOCK)
    assert len(calls(made)) == 2


def test_an_environment_that_holds_everything_is_accepted(made):
    fake_pip(made, INSTALLS)
    made.ensure(LOCK)
    made.unstamp()
    made.ensure(LOCK)
    assert len(calls(made)) == 1
    assert made.stamped(LOCK, LOCK)


def test_a_killed_installation_is_completed(made):
    """A package whose list of files was never finished is missing, and its trace is removed."""
    fake_pip(made, "put('idna', '3.10', whole=False)")
    installing = importlib.import_module("installing")
    with pytest.raises(made.Trouble, match="without installing idna"):
        made.ensure(LOCK)
    assert not made.stamped(LOCK, LOCK)
    fake_pip(made, "assert not list(packages.glob('idna*')); put('idna', '3.10')")
    made.ensure(LOCK)
    assert made.stamped(LOCK, LOCK)
    assert installing.quiet([str(made.python()), "-c", "pass"]).returncode == 0


def test_an_environment_whose_python_is_gone_is_remade(environment, monkeypatch):
    installing = importlib.import_module("installing")
    (environment.VENV / "bin").mkdir(parents=True)
    (environment.VENV / "pyvenv.cfg").write_text("home = /nowhere\nversion = 3.11.1\n")
    (environment.VENV / "bin/python").symlink_to("/nowhere/python3")
    environment.stamp(LOCK, LOCK)
    made = []
    monkeypatch.setattr(installing, "install", lambda lock: made.append(lock.name))
    environment.ensure(LOCK)
    assert made == [LOCK]
    assert installing.usable(environment.python())


def test_a_system_upgrade_under_the_environment_is_noticed(made, monkeypatch):
    made.stamp(LOCK, LOCK)
    assert made._alive()
    config = made.VENV / "pyvenv.cfg"
    config.write_text(config.read_text().replace("version = 3.", "version = 3.0"))
    assert not made.stamped(LOCK, LOCK)


def test_a_folder_that_is_no_environment_is_left_alone(environment):
    environment.VENV.mkdir()
    (environment.VENV / "mine.txt").write_text("precious")
    with pytest.raises(environment.Trouble, match="is no virtual environment"):
        environment.ensure(LOCK)
    assert (environment.VENV / "mine.txt").read_text() == "precious"


def test_a_python_without_ensurepip_gets_the_exact_line(environment, monkeypatch):
    monkeypatch.setattr(environment, "can_make", lambda: False)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    with pytest.raises(environment.Trouble, match=f"sudo apt-get install python{version}-venv"):
        environment.ensure(LOCK)


@pytest.mark.skipif(os.name != "posix", reason="symlinks to the interpreter")
def test_old_python_is_told_in_a_sentence():
    text = (PACKAGING / "start.py").read_text()
    head = text[: text.index("import environment")].replace("(3, 11)", "(99, 0)")
    result = subprocess.run([sys.executable, "-c", head], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.startswith("Atelier needs Python 3.11 or newer; this is Python 3.")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk .* is full"),
        (
            "WARNING: NewConnectionError('Temporary failure in name resolution')",
            "connect this machine",
        ),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE", "not the one that was pinned"),
        (
            "ERROR: No matching distribution found for torch==2.15.0",
            "no torch==2.15.0 for Python 3",
        ),
        ("noise\nERROR: something else", r"\(something else\)"),
        ("", "no reason given"),
    ],
)
def test_a_failure_of_pip_is_one_sentence(output, sentence):
    installing = importlib.import_module("installing")
    with pytest.raises(Exception, match=sentence):
        raise Exception(installing.reason(output))


def test_a_failed_installation_names_the_log_and_leaves_no_stamp(made):
    fake_pip(made, "print('ERROR: boom'); sys.exit(1)")
    with pytest.raises(made.Trouble, match=r"boom.*install\.log"):
        made.ensure(LOCK)
    assert not made.stamped(LOCK, LOCK)


def test_progress_counts_packages(made, capsys, monkeypatch):
    installing = importlib.import_module("installing")
    monkeypatch.setattr(installing, "SECONDS_BETWEEN_LINES", 0.0)
    with installing.Progress(3) as progress:
        progress.read("Requirement already satisfied: numpy==2 in …\n")
        progress.read("Collecting torch==2.15.0 (from -r x (line 3))\n")
        progress.read("  Downloading torch.whl (900 MB)\n")
        progress.read("Installing collected packages: idna, typing-extensions\n")
        (made.site_packages() / "idna-3.10.dist-info").mkdir()
        deadline = time.monotonic() + 5
        while "Unpacking" not in progress.line and time.monotonic() < deadline:
            time.sleep(0.05)
    assert capsys.readouterr().out.splitlines() == [
        "Downloading 2 of 3: torch",
        "Unpacking 2 of 3: typing-extensions",
    ]


@pytest.mark.skipif(os.name != "posix", reason="flock")
def test_two_starts_wait_for_each_other(environment, capfd):
    program = (
        f"import sys; sys.path.insert(0, {str(PACKAGING)!r}); import environment, pathlib\n"
        f"with environment.alone(pathlib.Path({str(environment.TOP / 'lock')!r})): print('mine')"
    )
    with environment.alone(environment.TOP / "lock"):
        other = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        assert other.stdout
        assert "waiting" in other.stdout.readline()
        assert other.poll() is None
    assert other.communicate(timeout=20)[0] == "mine\n"


@pytest.fixture
def fake_ldd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PySide6 folder, an `ldd` that lacks libxcb-cursor for the xcb plugin, and an `apt-get`."""
    plugin = tmp_path / "site/PySide6/Qt/plugins/platforms/libqxcb.so"
    plugin.parent.mkdir(parents=True)
    plugin.touch()
    (tmp_path / "site/PySide6/QtGui.abi3.so").touch()
    tools = tmp_path / "tools"
    tools.mkdir()
    lines = {
        "ldd": 'case "$1" in *qxcb*) echo "	libxcb-cursor.so.0 => not found";; esac; '
        'echo "	libc.so.6 => /lib/libc.so.6 (0x0)"',
        "apt-get": f"""echo "$@" >> {tmp_path}/apt
            [ ! -e {tmp_path}/broken ] || {{ echo "E: no" >&2; exit 1; }}""",
    }
    for name, line in lines.items():
        (tools / name).write_text(f"#!/bin/sh\n{line}\n")
        (tools / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    return tmp_path


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux system libraries")


@linux
def test_missing_system_libraries_are_named_with_their_packages(fake_ldd):
    libraries = importlib.import_module("libraries")
    assert libraries.missing(fake_ldd / "site", "drawing") == []
    missing = libraries.missing(fake_ldd / "site", "xcb")
    assert missing == ["libxcb-cursor.so.0"]
    assert libraries.sentence(missing).endswith("sudo apt-get install libxcb-cursor0")


@linux
def test_libraries_are_looked_at_until_they_are_there_and_then_no_more(fake_ldd, made, monkeypatch):
    start, libraries = importlib.import_module("start"), importlib.import_module("libraries")
    asked: list[str] = []
    answers = [["libxcb-cursor.so.0"], []]
    monkeypatch.setattr(libraries, "surface", lambda: "xcb")
    monkeypatch.setattr(
        libraries, "missing", lambda _, surface: asked.append(surface) or answers.pop(0)
    )
    with pytest.raises(made.Trouble, match="libxcb-cursor0"):
        start.check_libraries()
    start.check_libraries()
    start.check_libraries()
    assert asked == ["xcb", "xcb"]


@linux
def test_system_installs_as_root_or_says_so(fake_ldd, monkeypatch):
    libraries = importlib.import_module("libraries")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Exception, match=r"needs root: sudo python3 packaging/start\.py --system"):
        libraries.install()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    libraries.install()
    update, install = (fake_ldd / "apt").read_text().splitlines()
    assert update == "-q update"
    assert set(libraries.PACKAGES.values()) <= set(install.split())
    (fake_ldd / "broken").touch()
    with pytest.raises(Exception, match="apt-get update failed: E: no"):
        libraries.install()


@pytest.mark.parametrize(
    ("platform", "display", "wayland", "expected"),
    [
        ("", ":0", "", "xcb"),
        ("", ":0", "wayland-0", "drawing"),
        ("", "", "", "drawing"),
        ("offscreen", ":0", "", "drawing"),
        ("xcb", "", "", "xcb"),
    ],
)
def test_what_qt_draws_on(platform, display, wayland, expected, monkeypatch):
    libraries = importlib.import_module("libraries")
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("WAYLAND_DISPLAY", wayland)
    assert libraries.surface() == expected


def test_only_a_window_needs_qt(tmp_path):
    start = importlib.import_module("start")
    assert start.opens_window([])
    assert start.opens_window([str(tmp_path)])
    assert not start.opens_window(["train", "x.zip"])


def test_the_start_becomes_the_studio_in_the_users_folder(made, monkeypatch):
    start = importlib.import_module("start")
    commands: list[list[str]] = []
    monkeypatch.setattr(made, "ensure", lambda _: None)
    monkeypatch.setattr(start, "become", lambda command: commands.append(command) or 0)
    assert start.main(["train", "here/x.zip"]) == 0
    assert commands == [[str(made.python()), "-P", "-m", "studio", "train", "here/x.zip"]]


def test_trouble_is_a_sentence_and_code_2(made, monkeypatch, capsys):
    start = importlib.import_module("start")

    def fail(_: str) -> None:
        raise made.Trouble("No disk.")

    monkeypatch.setattr(made, "ensure", fail)
    assert start.main([]) == 2
    assert capsys.readouterr().err == "No disk.\n"


def test_every_check_runs_even_after_a_failure(monkeypatch, capfd):
    spec = importlib.util.spec_from_file_location("checks", PACKAGING / "test.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "set_up", lambda system: None)
    python = sys.executable
    commands = {
        "bad": [python, "-c", "raise SystemExit(3)"],
        "good": [python, "-c", "print('ran')"],
    }
    monkeypatch.setattr(module, "steps", lambda arguments: commands)
    assert module.main([]) == 1
    out = capfd.readouterr().out
    assert "ran" in out
    assert "failed (3)" in out
