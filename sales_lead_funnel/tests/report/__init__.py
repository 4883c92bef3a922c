from . import test_workbook
from . import test_workbook_forms
from . import test_workbook_gates
