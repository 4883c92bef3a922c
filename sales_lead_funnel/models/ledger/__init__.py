from . import funnel_ledger_base
from . import funnel_stage_move
from . import funnel_grade_change
from . import crm_lead
