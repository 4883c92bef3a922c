from . import crm_lead_obtained
