from . import base_import
from . import funnel_grade_wizard
from . import funnel_workbook_export
from . import funnel_pause_wizard
from . import crm_lead_to_opportunity
from . import crm_lead_lost
from . import funnel_template_wizard
