from . import import_rows
from . import ir_fields_converter
from . import cell_reader
from . import lead_twins
from . import row_messages
from . import base_import
