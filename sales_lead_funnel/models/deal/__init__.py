from . import funnel_stakeholder
from . import funnel_evaluation
from . import funnel_objection
from . import funnel_competitor
from . import funnel_closing_step
from . import crm_lead
from . import crm_lead_decider
from . import crm_lead_talks
