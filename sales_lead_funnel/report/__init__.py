from . import lead_rows
from . import work_rows
from . import work_sheets
from . import monthly_workbook
