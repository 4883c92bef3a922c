from . import crm_lead_obtained
from . import crm_lead_zone
