"""What callers hand to our public methods, by RPC too: records and arguments.

Whatever is odd gets an error that people can read.
"""

from functools import wraps

from odoo.api import NewId
from odoo.exceptions import MissingError, UserError
from odoo.models import BaseModel

from .limits import cut

TOLD = 60  # characters of a value that an error repeats
LARGEST_ID = 2**31 - 1


def once(records):
    """Return the records, those given twice once."""
    unique = dict.fromkeys(records._ids)
    return records if len(unique) == len(records._ids) else records.browse(unique)


def each_once(method):
    """Call a public method on each of the records once.

    :raise MissingError: an id that no record can have
    """

    @wraps(method)
    def call(self, *args, **kwargs):
        _check_ids(self)
        return method(once(self), *args, **kwargs)

    return call


def one_record(method):
    """Call a public method on one record.

    :raise UserError: there are none, or several
    """

    @wraps(method)
    def call(self, *args, **kwargs):
        _check_ids(self)
        records = once(self)
        if len(records) != 1:
            raise UserError(
                self.env._(
                    "This is done for one record at a time, not for %s. Open the "
                    "record and try again.",
                    len(records),
                )
            )
        return method(records, *args, **kwargs)

    return call


def _check_ids(records):
    for id_ in records._ids:
        if not isinstance(id_, NewId) and not is_id(id_):
            raise MissingError(records.env._("There is no record %s.", _tell(id_)))


def _tell(value):
    """Return what an error repeats of a value, which may be of any size."""
    return cut(repr(value), TOLD)


def is_id(value):
    """Is it a number that a record may have?"""
    return type(value) is int and 0 < value <= LARGEST_ID


def read_text(env, value, label):
    """Return a text that a caller gives, "" for none.

    :param str label: what people call the argument
    :raise UserError: it is no text
    """
    if not value:
        return ""
    if not isinstance(value, str) or "\x00" in value:
        raise UserError(
            env._(
                "“%(label)s” is %(value)s; it must be a text.",
                label=label,
                value=_tell(value),
            )
        )
    return value


def read_record(model, value, label):
    """Return the record whose id a caller gives, an empty one for none.

    :raise UserError: there is no such record
    """
    if not value and not isinstance(value, (list, dict)):
        return model.browse()
    record = model.browse(value if is_id(value) else None).exists()
    if not record:
        raise _no_record_error(model.env, value, label)
    return record


def _no_record_error(env, value, label):
    return UserError(
        env._(
            "“%(label)s” is %(value)s: there is no such record. Choose another one.",
            label=label,
            value=_tell(value),
        )
    )


def check_link(env, field, value):
    """Check what a caller puts into a many2one: a record, its id, or nothing.

    :raise UserError: it is something else
    """
    pair = value[:1] if isinstance(value, tuple) else [value]
    for item in pair:
        is_record = isinstance(item, (BaseModel, NewId))
        is_none = item is None or item is False or item == ""
        if not (is_record or is_none or is_id(item)):
            raise _no_record_error(env, value, field._description_string(env))
