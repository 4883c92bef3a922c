"""Leads that some may see and others may not."""

from .common import FunnelCommon


class AccessCommon(FunnelCommon):
    """One lead of the rep, of the manager, of nobody, and of another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._prepare_leads_of_others()
        cls.visible = {  # user → leads
            cls.rep: cls.own | cls.unassigned,
            cls.manager: cls.own | cls.others | cls.unassigned,
            cls.director: cls.own | cls.others | cls.unassigned,
            cls.foreign_manager: cls.unassigned | cls.foreign,
        }
