from . import client, facts, lead_table, numbering, rebuild, traces, vocabulary
