from . import base_import
from . import funnel_cadence_preset
from . import funnel_grade_wizard
from . import funnel_pause_wizard
from . import funnel_workbook_export
