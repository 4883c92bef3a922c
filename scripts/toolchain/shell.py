"""Running programs: shown live, or kept in a log file whose end is shown on failure."""

import os
import subprocess

from . import layout
from .say import Problem, Progress

TAIL_LINES = 25


def tail(text, lines=TAIL_LINES):
    """Last lines of ``text``, indented and cut to a readable width."""
    return "\n".join("      " + line[:300] for line in text.splitlines()[-lines:])


def live(command, *, what, do="", env=None, cwd=None):
    """Run with the output on the terminal; a non-zero exit is a Problem."""
    code = subprocess.call([str(part) for part in command], env=env, cwd=cwd)
    if code:
        raise Problem(f"{what}: {command[0]} ended with code {code}.", do)


def logged(command, *, log, what, do="", env=None, cwd=None, progress=None, stdin=None):
    """Run with the output in ``logs/<log>.log``; a non-zero exit is a Problem.

    :param stdin: open file that the command reads, nothing by default
    :param progress: function from a line of output to what to show of it, or None
    """
    layout.LOGS.mkdir(parents=True, exist_ok=True)
    path = layout.LOGS / f"{log}.log"
    shown = Progress()
    with (
        open(path, "w", encoding="utf-8") as handle,
        subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=stdin or subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            env=env,
            cwd=cwd,
        ) as process,
    ):
        for line in process.stdout:
            handle.write(line)
            if progress:
                shown.update(progress(line))
    shown.end()
    if process.returncode:
        end = tail(path.read_text(encoding="utf-8", errors="replace"))
        raise Problem(f"{what} (code {process.returncode}). End of {path}:\n{end}", do)
    return path


def output(command, *, what, do="", env=None, cwd=None, stdin=None):
    """Run and return stdout; a non-zero exit is a Problem that quotes stderr."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        env=env,
        cwd=cwd,
        input=stdin,
        check=False,
    )
    if done.returncode:
        raise Problem(f"{what} (code {done.returncode}):\n{tail(done.stderr)}", do)
    return done.stdout


def environment(**extra):
    """The caller's environment, with home, temp and bytecode inside the cache."""
    env = dict(os.environ)
    for name in ("PGDATABASE", "ODOO_RC", "OPENERP_SERVER", "PYTHONPATH", "PYTHONHOME"):
        env.pop(name, None)
    env.update(
        HOME=str(layout.HOME),
        XDG_CACHE_HOME=str(layout.HOME / ".cache"),
        XDG_CONFIG_HOME=str(layout.HOME / ".config"),
        XDG_DATA_HOME=str(layout.HOME / ".local" / "share"),
        TMPDIR=str(layout.TMP),
        PYTHONPYCACHEPREFIX=str(layout.CACHE / "pyc"),
        PYTHONUTF8="1",
    )
    if env.get("FAKETIME"):
        env["PYTHONPATH"] = str(layout.SCRIPTS / "toolchain" / "faked")
    env[layout.CACHE_VARIABLE] = str(layout.CACHE)
    env.update({name: str(value) for name, value in extra.items()})
    return env
