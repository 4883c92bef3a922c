from . import client, numbering, rebuild
