"""Set the studio up in `.venv`, once, and start it: `packaging/start.py [PROJECT | VERB ...]`."""

import os
import sys

if sys.version_info < (3, 11):  # before any import that an older Python can't read
    sys.exit(
        "Atelier needs Python 3.11 or newer; this is Python %d.%d. Install a newer one and start "
        "this file with it, for example: python3.11 packaging/start.py" % sys.version_info[:2]
    )

import environment

LOCK = "requirements.lock"


def main(arguments: list[str]) -> int:
    """Set up what is missing, then become the studio; return an exit code if it can't start."""
    try:
        if "--system" in arguments[:1]:
            import libraries

            libraries.install()
            print("The system libraries are installed. Now: python3 packaging/start.py")
            return 0
        environment.ensure(LOCK)
        if opens_window(arguments):
            check_libraries()
    except environment.Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The next start goes on from here.", file=sys.stderr)
        return 130
    return become([str(environment.python()), "-P", "-m", "studio", *arguments])


def opens_window(arguments: list[str]) -> bool:
    """Tell whether the window is asked for: no argument, or what is to be opened in it."""
    return not arguments or arguments[0].endswith(".atelier") or os.path.lexists(arguments[0])


def check_libraries() -> None:
    """Raise Trouble if Qt lacks a system library; looked at once for each set-up and display."""
    import libraries

    surface = libraries.surface()
    if environment.stamped(f"qt-{surface}", LOCK):
        return
    missing = libraries.missing(environment.site_packages(), surface)
    if missing:
        raise environment.Trouble(libraries.sentence(missing))
    environment.stamp(f"qt-{surface}", LOCK)


def become(command: list[str]) -> int:
    """Replace this process by `command`; where the system can't (Windows), run it and wait."""
    if os.name == "posix":
        os.execv(command[0], command)
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the studio itself answers Ctrl-C
    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
