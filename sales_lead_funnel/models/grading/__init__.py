from . import crm_lead_better_grade
