"""The Odoo process: reads ``[task, arguments]`` lines, answers with results."""

import importlib
import json
import os
import sys
import traceback

from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

from .session import Session


def main(database):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else prints goes to the log
    config.parse_config([], setup_logging=True)
    load_server_wide_modules()
    session = Session(Registry(database))
    for request in sys.stdin:
        answer = _answer(session, *json.loads(request))
        print(json.dumps(answer), file=answers, flush=True)


def _answer(session, task, arguments):
    module, function = task.split(".")
    try:
        tasks = importlib.import_module(f".{module}", __package__)
        return {"result": getattr(tasks, function)(session, **arguments)}
    except Exception:  # noqa: BLE001 (told to the driver, whatever it is)
        return {"error": traceback.format_exc()}


if __name__ == "__main__":
    main(sys.argv[1])
