"""What people saved that names our fields, and would break their screens without us."""

import re

from lxml import etree

from odoo.fields import Domain

MODULE = "sales_lead_funnel"


def forget_saved(env):
    """Delete favourites, exports, default values and dashboard parts that name us."""
    names = _get_names(env)
    _find_naming(env["ir.filters"], names, "domain", "context", "sort").unlink()
    _find_of_our_models(env["ir.filters"], "model_id").unlink()
    _find_naming(env["ir.default"], names, "condition").unlink()
    lines = _find_naming(env["ir.exports.line"], names, "name")
    exports = lines.export_id
    lines.unlink()
    exports.filtered(lambda export: not export.export_fields).unlink()
    _find_of_our_models(env["ir.exports"], "resource").unlink()
    for board in env["ir.ui.view.custom"].search([("arch", "like", "<action")]):
        _leave_out_actions(board, names)


def _get_names(env):
    """Return the pattern of our fields on core's models."""
    names = {
        field.name
        for model in env.registry.values()
        for field in model._fields.values()
        if field._module == MODULE and field.name.startswith("funnel_")
    }
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(names))})(?!\w)")


def _find_naming(model, names, *texts):
    """Return the records of which one of the texts names a field of ours."""
    maybe = Domain.OR(Domain(text, "like", "funnel_") for text in texts)
    return (
        model.with_context(active_test=False)
        .search(maybe)
        .filtered(lambda rec: any(names.search(rec[text] or "") for text in texts))
    )


def _find_of_our_models(model, name):
    every = model.with_context(active_test=False)
    return every.search([(name, "=like", "funnel.%")])


def _leave_out_actions(board, names):
    """Take what shows our fields or models off a user's dashboard."""
    try:
        arch = etree.fromstring(board.arch.encode())
    except (etree.XMLSyntaxError, ValueError):  # a broken one is not ours to mend
        return
    ours = [node for node in arch.iter("action") if _is_ours(board.env, node, names)]
    for node in ours:
        node.getparent().remove(node)
    if ours:
        board.arch = etree.tostring(arch, encoding="unicode")


def _is_ours(env, node, names):
    if any(names.search(text) for text in node.attrib.values()):
        return True
    action_id = node.get("name", "")
    if not action_id.isdecimal():
        return False
    action = env["ir.actions.act_window"].browse(int(action_id)).exists()
    return (action.res_model or "").startswith("funnel.")
