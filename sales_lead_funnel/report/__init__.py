from . import lead_rows
from . import monthly_workbook
