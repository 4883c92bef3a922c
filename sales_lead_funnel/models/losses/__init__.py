from . import crm_lost_reason
from . import funnel_loss
from . import funnel_loss_plan
from . import crm_lead
