from . import crm_lead_decider
