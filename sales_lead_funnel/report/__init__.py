from . import monthly_workbook
from . import lead_rows
from . import work_rows
from . import work_sheets
from . import gate_rows
from . import gate_sheets
