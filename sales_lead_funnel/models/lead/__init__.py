from . import crm_lead_card
from . import crm_lead
from . import crm_stage
