"""Lint tools that come through npm, installed in the cache folder."""

import os
import shutil

from . import layout, shell, stamps
from .say import Problem, Timer, info, step

LIST = layout.REQUIREMENTS / "npm.txt"


def ensure():
    """Have prettier and eslint; returns the folder of their programs."""
    packages = _packages()
    programs = layout.NODE / "node_modules" / ".bin"
    if not shutil.which("node"):
        raise Problem("node is missing.", "Install it: apt-get install nodejs npm")
    wanted = stamps.digest(*packages)
    if stamps.read("node") == wanted and (programs / "prettier").exists():
        return programs
    if not shutil.which("npm"):
        raise Problem("npm is missing.", "Install it: apt-get install nodejs npm")
    step(f"npm: installing {', '.join(packages)}")
    with Timer() as timer:
        _install(packages)
    stamps.write("node", wanted)
    info(f"installed in {timer.text}")
    return programs


def environment():
    """Lets eslint's configuration find the plugins outside the repository."""
    return shell.environment(NODE_PATH=layout.NODE / "node_modules")


def _packages():
    lines = (line.split("#")[0].strip() for line in LIST.read_text().splitlines())
    return [line for line in lines if line]


def _install(packages):
    shutil.rmtree(layout.NODE, ignore_errors=True)
    layout.NODE.mkdir(parents=True)
    (layout.NODE / "package.json").write_text('{"private": true}\n')
    env = dict(
        os.environ,
        npm_config_cache=str(layout.CACHE / "npm"),
        npm_config_update_notifier="false",
    )
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    shell.logged(
        [*command, *packages],
        log="npm",
        what="npm could not install the lint tools",
        do="Check that npm reaches its registry, then run the same command again.",
        env=env,
        cwd=layout.NODE,
    )
