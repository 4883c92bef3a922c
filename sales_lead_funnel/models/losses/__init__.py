from . import funnel_loss
from . import funnel_loss_plan
from . import crm_lead
