from . import optional_number
