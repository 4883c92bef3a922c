"""Imports the handbooks' files in an ``odoo shell``, as the import dialog does."""

import sys
from pathlib import Path

ADDON_TESTS = Path(__file__).resolve().parents[2] / "sales_lead_funnel" / "tests"
sys.path.insert(0, str(ADDON_TESTS))
from dialog_options import OPTIONS


def import_file(env, model, content, login, file_type="text/csv"):
    """Import a file with the mapping that the dialog suggests.

    :return: ``(ids, messages)``
    """
    user = env["res.users"].search([("login", "=", login)])
    wizard = env["base_import.import"].with_user(user).with_context(lang=user.lang)
    wizard = wizard.create(
        {"res_model": model, "file": content, "file_type": file_type}
    )
    preview = wizard.parse_preview({**OPTIONS, "sheets": []})
    headers, matches = preview["headers"], preview["matches"] or {}
    mapping = ["/".join(matches.get(i, [])) or False for i in range(len(headers))]
    columns = [header.strip().lower() for header in headers]
    options = {**OPTIONS, **preview["options"]}
    result = wizard.execute_import(mapping, columns, options)
    return result["ids"] or [], [str(m["message"]) for m in result["messages"]]
