from . import crm_lead_lost
from . import crm_lead_to_opportunity
from . import funnel_approval_refusal
from . import funnel_cadence_preset
from . import funnel_grade_wizard
from . import funnel_pause_wizard
from . import funnel_template_wizard
from . import funnel_workbook_export
