"""Processes of Odoo that stay, and do one task after another on their database."""

import json
import subprocess

from toolchain import layout, odoo
from toolchain.say import Problem


class Worker:
    """An Odoo process on one database, asked by lines of JSON. Close it after use."""

    def __init__(self, database):
        self.database = database
        self.log = layout.LOGS / f"bench-{database}.log"
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                [str(layout.VENV_PYTHON), "-m", "bench.inside.worker", database],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=odoo.environment(database, PYTHONPATH=layout.SCRIPTS),
                cwd=layout.CACHE,
            )

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def do(self, task, **arguments):
        """Run ``module.function`` of ``bench.inside`` and return its result.

        :raise Problem: the task failed, or the process ended
        """
        print(json.dumps([task, arguments]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise Problem(f"{task} on {self.database} broke off.", f"Read {self.log}.")
        result = json.loads(answer)
        if "error" in result:
            raise Problem(f"{task} on {self.database} failed:\n{result['error']}")
        return result["result"]

    def close(self):
        """Let the process end."""
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.stdout.close()
