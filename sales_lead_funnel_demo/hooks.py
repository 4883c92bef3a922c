def post_init_hook(env):
    """Seed the company, once all that is written has its translations."""
    env["funnel.demo"]._generate()
