"""Leads that some may see and others may not."""

from .common import FunnelCommon


class AccessCommon(FunnelCommon):
    """One lead of the rep, of the manager, of nobody, and of another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._create_lead(name="Own")
        cls.others = cls._create_lead(name="Secret", user_id=cls.manager.id)
        cls.unassigned = cls._create_lead(name="Free", user_id=False)
        cls.foreign = cls._create_lead(
            name="Far secret",
            company_id=cls.company_foreign.id,
            user_id=cls.foreign_manager.id,
            team_id=False,
            stage_id=cls.stage_gen_1.id,
        )
        cls.leads = cls.own | cls.others | cls.unassigned | cls.foreign
        cls.visible = {  # user → leads
            cls.rep: cls.own | cls.unassigned,
            cls.manager: cls.own | cls.others | cls.unassigned,
            cls.director: cls.own | cls.others | cls.unassigned,
            cls.foreign_manager: cls.unassigned | cls.foreign,
        }
