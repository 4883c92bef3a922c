"""The database server: the one that PGHOST names, else one embedded in the cache.

The embedded server is PostgreSQL 18 from a Python wheel. It listens on a Unix socket
in the cache only, and runs until ``make stop`` (or ``make clean``). Its programs are
called directly: the wheel's own Python layer would add a system user and change the
permissions of folders outside the cache.
"""

import json
import os
import shutil
import signal
import time
from pathlib import Path

from . import layout, shell, stamps
from .say import Problem, info, step

ROLE = "funnel"
PORT = "5432"
NAMING = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE")
LONGEST_SOCKET = 100  # bytes; the system's limit is 107
# A throw-away server: speed before safety of its data.
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 200
shared_buffers = 512MB
work_mem = 16MB
maintenance_work_mem = 128MB
dynamic_shared_memory_type = mmap
max_parallel_workers_per_gather = 0
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 30min
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


def is_external():
    """Whether the caller named a server of theirs."""
    return any(os.environ.get(name) for name in NAMING)


def environment():
    """The PG* variables that lead every client to the server."""
    if is_external():
        passwords = Path.home() / ".pgpass"
        return {"PGPASSFILE": str(passwords)} if passwords.exists() else {}
    return {"PGHOST": str(_socket_dir()), "PGPORT": PORT, "PGUSER": ROLE}


def ensure():
    """Have a server that answers."""
    if is_external():
        _check_external()
        return
    if is_running():
        return
    if len(str(_socket_dir())) > LONGEST_SOCKET:
        raise Problem(
            f"{_socket_dir()} is too long a path for a Unix socket.",
            "Set XDG_CACHE_HOME to a shorter path.",
        )
    _init()
    _start()


def stop(patience=30):
    """Stop the embedded server; says nothing when none runs."""
    pid = _postmaster()
    if not pid:
        return
    step("PostgreSQL: stopping the embedded server")
    os.kill(pid, signal.SIGINT)  # "fast": sessions are ended
    deadline = time.monotonic() + patience
    while _postmaster() and time.monotonic() < deadline:
        time.sleep(0.1)
    if _postmaster():
        raise Problem(
            f"The embedded PostgreSQL (process {pid}) did not stop in {patience} s.",
            f"Look at {layout.POSTGRES / 'server.log'}, then try again.",
        )


def _postmaster():
    """Process id of the embedded server, None when it does not run."""
    try:
        pid = int((_data() / "postmaster.pid").read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except (OSError, ValueError, IndexError):
        return None
    return pid if str(_data()) in command else None


def is_running():
    """Whether the embedded server runs and takes connections."""
    if not _postmaster():
        return False
    return (_data() / "postmaster.pid").read_text().rstrip().endswith("ready")


def _data():
    return layout.POSTGRES / "data"


def _socket_dir():
    return layout.POSTGRES / "run"


def _program(name):
    found = sorted(layout.VENV.glob(f"lib/python3.*/site-packages/*/*/bin/{name}"))
    if not found:
        raise Problem(
            f"The embedded PostgreSQL has no program {name}.",
            "Run make clean and try again, or name a server of yours with PGHOST.",
        )
    return found[-1]


def _as_server(*command):
    """The command, as another user when this is root: PostgreSQL refuses root.

    ``nobody`` may have no way into root's folders, so it is lent one capability, and
    a flag that has access(2) count it, by which initdb looks for its programs.
    """
    command = [str(part) for part in command]
    if os.geteuid():
        return command
    if not shutil.which("setpriv"):
        raise Problem(
            "PostgreSQL does not run as root, and setpriv (util-linux) is missing.",
            "Run make as an ordinary user, or name a server of yours with PGHOST.",
        )
    lend = "-all,+dac_override"
    as_nobody = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    caps = [f"--inh-caps={lend}", f"--ambient-caps={lend}"]
    flag = "--securebits=+no_setuid_fixup"
    return ["setpriv", *as_nobody, *caps, flag, *command]


def _init():
    if (_data() / "PG_VERSION").exists():
        return
    step("PostgreSQL: creating the embedded server")
    for folder in (layout.POSTGRES, _socket_dir()):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.geteuid():
            shutil.chown(folder, "nobody")
    shutil.rmtree(_data(), ignore_errors=True)
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    shell.logged(
        _as_server(
            *(_program("initdb"), "-D", _data(), "-U", "postgres", "-E", "UTF8"),
            *("--auth=trust", "--no-sync", *locale),
        ),
        log="initdb",
        what="Creating the PostgreSQL data folder failed",
        do="Name a server of yours with PGHOST, PGUSER …, or run make clean first.",
        cwd="/",
    )
    with open(_data() / "postgresql.conf", "a") as conf:
        conf.write(SETTINGS + f"unix_socket_directories = '{_socket_dir()}'\n")


def _start():
    step("PostgreSQL: starting the embedded server (make stop ends it)")
    shell.logged(
        _as_server(
            *(_program("pg_ctl"), "-D", _data(), "-w", "-t", "60"),
            *("-l", layout.POSTGRES / "server.log", "start"),
        ),
        log="pg_ctl",
        what="The embedded PostgreSQL did not start",
        do=f"Read {layout.POSTGRES / 'server.log'}; make clean starts afresh.",
        cwd="/",
    )
    role_sql = f"CREATE ROLE {ROLE} LOGIN CREATEDB"
    if not query(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'", user="postgres"):
        query(role_sql, user="postgres")


def _check_external():
    """Refuse early what Odoo would refuse late."""
    if os.environ.get("PGUSER") == "postgres":
        raise Problem(
            "Odoo refuses the database user postgres.",
            "Create a role with CREATEDB and name it in PGUSER.",
        )
    query("SELECT 1")
    named = " ".join(f"{n}={os.environ[n]}" for n in NAMING if os.environ.get(n))
    if stamps.read("external-postgres") != named:
        info(f"PostgreSQL: using the server that {named} names")
        stamps.write("external-postgres", named)


QUERY = """
import json, sys, psycopg2
try:
    connection = psycopg2.connect(dbname=sys.argv[1], user=sys.argv[2] or None)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(sys.stdin.read())
except psycopg2.Error as error:
    sys.exit(str(error))
print(json.dumps(cursor.fetchall() if cursor.description else [], default=str))
"""


def query(sql, *, database="postgres", user=""):
    """Run one statement outside a transaction and return its rows."""
    text = shell.output(
        [layout.VENV_PYTHON, "-c", QUERY, database, user],
        what=f"PostgreSQL refused: {sql.splitlines()[0][:80]}",
        do="Check PGHOST, PGPORT, PGUSER and PGPASSWORD." if is_external() else "",
        env=shell.environment(**environment()),
        stdin=sql,
    )
    return json.loads(text)
