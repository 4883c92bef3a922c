from . import funnel_grade
from . import funnel_scorecard
from . import funnel_scorecard_parts
from . import funnel_regrade
from . import crm_lead_score
from . import crm_lead_grade
from . import crm_lead_better_grade
